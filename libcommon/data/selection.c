#include "data/selection.h"
#include "core/json.h"
#include "core/walk.h"
#include "data/order.h"
#include "data/value.h"

#include <stdlib.h>
#include <string.h>

enum { WANTED_MAX = 2 * SELECTION_CONDITIONS_MAX + SELECTION_SORT_MAX };

/* A field that is looked for in each record. All conditions and sort keys that need it share it. */
struct wanted {
	struct span path;
	size_t first_len; /* of the first name in the path; path.len without dots */
};

/* A place in `wanted`, and what its value is compared with. */
struct meaning {
	size_t field;
	const struct value_test *test;
};

/* What a run needs. */
struct run {
	const struct selection *s;
	const struct table *t;
	struct wanted wanted[WANTED_MAX];
	size_t wanted_count;
	size_t tested;                              /* conditions whose test has to be freed */
	size_t field_of[SELECTION_CONDITIONS_MAX];  /* places in `wanted` */
	size_t member_of[SELECTION_CONDITIONS_MAX]; /* also; WANTED_MAX: no place */
	size_t sort_of[SELECTION_SORT_MAX];
	struct span value[WANTED_MAX]; /* of the record at hand; at NULL: it has none */
	/* Of each condition: its test, and the test of its other reading. */
	struct value_test test[SELECTION_CONDITIONS_MAX], member_test[SELECTION_CONDITIONS_MAX];
	struct meaning meant[SELECTION_CONDITIONS_MAX]; /* in the record at hand */
	struct order order;
	struct value_scratch scratch;
};

static bool is_named(const struct walk_member *m, const char *text, size_t len)
{
	return m->escaped ? json_equals(m->name, text, len) : span_is(m->name, text, len);
}

static size_t want(struct run *r, struct span path)
{
	size_t i = 0;

	while (i < r->wanted_count && !span_is(r->wanted[i].path, path.at, path.len))
		i++;
	if (i == r->wanted_count) {
		const char *dot = memchr(path.at, '.', path.len);
		r->wanted[r->wanted_count++] =
		    (struct wanted){path, dot != NULL ? (size_t)(dot - path.at) : path.len};
	}
	return i;
}

/* false: no memory. */
static bool prepare(struct run *r)
{
	const struct selection *s = r->s;

	for (size_t i = 0; i < s->condition_count; i++) {
		const struct selection_condition *c = &s->conditions[i];
		r->field_of[i] = want(r, c->field);
		r->member_of[i] = c->or_member.at != NULL ? want(r, c->or_member) : WANTED_MAX;
		value_test_read(&r->member_test[i], VALUE_EQUAL, c->value);
		if (!value_test_read(&r->test[i], c->operation, c->value))
			return false;
		r->tested++;
	}
	for (size_t i = 0; i < s->sort_count; i++)
		r->sort_of[i] = want(r, s->sort[i].field);
	return true;
}

/* The value at the rest of a path, within a value. */
static struct span reach(struct span value, const char *path, const char *path_end)
{
	struct walk_member m;

	while (path < path_end) {
		const char *dot = memchr(path, '.', (size_t)(path_end - path));
		size_t len = (size_t)((dot != NULL ? dot : path_end) - path);
		bool found = false;
		if (*value.at != '{')
			return (struct span){NULL, 0};
		for (bool more = walk_first(value, &m); more && !found;
		     more = !found && walk_next(&m))
			found = is_named(&m, path, len);
		if (!found)
			return (struct span){NULL, 0};
		value = m.value;
		path += len + 1;
	}
	return path == path_end + 1 ? value : (struct span){NULL, 0};
}

/* Finds the wanted values of a record. */
static void look(struct run *r, struct span record)
{
	size_t left = r->wanted_count;
	bool whole[WANTED_MAX] = {false}; /* the value is that of a member with the whole name */
	struct walk_member m;

	for (size_t i = 0; i < r->wanted_count; i++)
		r->value[i].at = NULL;
	for (bool more = left > 0 && walk_first(record, &m); more; more = left > 0 && walk_next(&m))
		for (size_t i = 0; i < r->wanted_count; i++) {
			const struct wanted *w = &r->wanted[i];
			if (whole[i])
				continue;
			if (is_named(&m, w->path.at, w->path.len)) {
				r->value[i] = m.value;
				whole[i] = true;
				left--;
			} else if (w->first_len < w->path.len && r->value[i].at == NULL &&
				   is_named(&m, w->path.at, w->first_len)) {
				r->value[i] = reach(m.value, w->path.at + w->first_len + 1,
						    w->path.at + w->path.len);
			}
		}
}

/* Finds out what each condition means in this record. */
static void read_conditions(struct run *r)
{
	for (size_t i = 0; i < r->s->condition_count; i++) {
		bool is_member =
		    r->member_of[i] != WANTED_MAX && r->value[r->member_of[i]].at != NULL;
		r->meant[i] = is_member ? (struct meaning){r->member_of[i], &r->member_test[i]}
					: (struct meaning){r->field_of[i], &r->test[i]};
	}
}

static bool condition_holds(struct run *r, size_t i)
{
	struct span value = r->value[r->meant[i].field];

	return value.at != NULL && value_holds(r->meant[i].test, value, &r->scratch);
}

static bool is_alternative(const struct run *r, size_t i, struct meaning to)
{
	return r->meant[i].test->operation == to.test->operation && r->meant[i].field == to.field &&
	       value_operator_selects(to.test->operation);
}

/* If several conditions are alternatives, one of them must hold. The first one answers for all. */
static bool conditions_hold(struct run *r)
{
	read_conditions(r);
	for (size_t i = 0; i < r->s->condition_count; i++) {
		bool first = true, good = condition_holds(r, i);
		for (size_t k = 0; k < i && first; k++)
			first = !is_alternative(r, k, r->meant[i]);
		for (size_t k = i + 1; first && !good && k < r->s->condition_count; k++)
			good = is_alternative(r, k, r->meant[i]) && condition_holds(r, k);
		if (first && !good)
			return false;
	}
	return true;
}

static bool has_text(struct run *r, struct span record)
{
	const char *at = record.at, *end = record.at + record.len;
	struct span value;

	if (r->s->text.len == 0)
		return true;
	/* Without escapes, what does not stand anywhere in the record does not stand in a value. */
	if (memchr(record.at, '\\', record.len) == NULL && !value_text_contains(record, r->s->text))
		return false;
	while (walk_scalar(&at, end, &value))
		if (value_contains(value, r->s->text, &r->scratch))
			return true;
	return false;
}

/* Reduces the list to the records that match, and notes their sort keys. */
static size_t match(struct run *r, uint32_t *places, size_t count)
{
	size_t matched = 0;

	for (size_t i = 0; i < count && !r->scratch.failed; i++) {
		struct span record = table_text(r->t, places[i]);
		look(r, record);
		if (!conditions_hold(r) || !has_text(r, record))
			continue;
		for (size_t k = 0; k < r->s->sort_count; k++)
			r->order.keys[matched * r->s->sort_count + k] =
			    order_key(r->value[r->sort_of[k]]);
		places[matched++] = places[i];
	}
	return matched;
}

bool selection_apply(const struct selection *s, const struct table *t, uint32_t *places,
		     size_t *count, size_t *total)
{
	struct run r;

	r.s = s;
	r.t = t;
	r.wanted_count = r.tested = 0;
	r.scratch = (struct value_scratch){0};
	r.order = (struct order){s->sort, s->sort_count, NULL, &r.scratch};
	bool good = prepare(&r);
	if (good && s->sort_count > 0) {
		/* For all records: a page of memory that no key is written to is never there. */
		r.order.keys = malloc(*count * s->sort_count * sizeof *r.order.keys + 1);
		good = r.order.keys != NULL;
	}
	*total = good ? match(&r, places, *count) : 0;
	size_t start = s->start < *total ? s->start : *total;
	size_t end = s->end < *total ? s->end : *total;
	good = good && !r.scratch.failed;
	if (good && s->sort_count > 0 && end > start)
		good = order_first(&r.order, places, *total, end);
	free(r.order.keys);
	for (size_t i = 0; i < r.tested; i++)
		value_test_free(&r.test[i]);
	value_scratch_free(&r.scratch);

	*count = end > start ? end - start : 0;
	if (*count > 0) /* without any record, there may be no list */
		memmove(places, places + start, *count * sizeof *places);
	return good;
}
