#include "data/selection.h"
#include "data/fields.h"
#include "data/walk.h"

#include <stdlib.h>
#include <string.h>

enum { TESTS_MAX = 2 * SELECTION_CONDITIONS_MAX, NO_FIELD = FIELDS_MAX };
_Static_assert(FIELDS_MAX >= TESTS_MAX + SELECTION_SORT_MAX, "each may have its own field");

/* A question about one field, and the answer in the record at hand. */
struct test {
	struct value_test asked;
	size_t next;       /* on the same field, from 1; 0: the last */
	bool holds, fails; /* for a value of its kind */
};

/* A field in the record at hand. */
struct look {
	size_t tests; /* the first one, from 1; 0: none */
	bool found, listed;
	struct span first;
};

/* One condition, or alternatives on one field that are spelled alike. If the record has the member,
 * the second reading counts. */
struct clause {
	struct reading {
		size_t field, test, group;
	} own, member;
};

/* Clauses that are alternatives, but spelled differently: one must hold. */
struct group {
	size_t field;
	const struct value_operator *operation;
	bool asked, holds; /* in the record at hand */
};

struct run {
	const struct selection *s;
	const struct table *t;
	struct fields fields;
	struct look looks[FIELDS_MAX];
	struct test tests[TESTS_MAX];
	struct clause clauses[SELECTION_CONDITIONS_MAX];
	struct group groups[TESTS_MAX];
	size_t test_count, clause_count, group_count;
	struct value_test text;
	struct order_by by[SELECTION_SORT_MAX];
	size_t sort_of[SELECTION_SORT_MAX]; /* fields */
	struct order order;
	struct value_scratch scratch;
};

static bool are_alternatives(const struct selection_condition *a,
			     const struct selection_condition *b)
{
	if (a->operation != b->operation || !a->operation->selects ||
	    !span_is(a->field, b->field.at, b->field.len))
		return false;
	if (a->or_member.at == NULL || b->or_member.at == NULL)
		return a->or_member.at == b->or_member.at;
	return span_is(a->or_member, b->or_member.at, b->or_member.len);
}

/* Two clauses are in one group if they select from the same field by the same operator. */
static size_t group_of(struct run *r, size_t field, const struct value_operator *operation)
{
	size_t i = operation->selects ? 0 : r->group_count;

	while (i < r->group_count &&
	       !(r->groups[i].field == field && r->groups[i].operation == operation))
		i++;
	if (i == r->group_count)
		r->groups[r->group_count++] = (struct group){field, operation, false, false};
	return i;
}

static size_t field_of(struct run *r, struct span path)
{
	size_t known = r->fields.count, field = fields_add(&r->fields, path);

	if (field == known)
		r->looks[field] = (struct look){.tests = 0};
	return field;
}

/* false: no memory. */
static bool read_as(struct run *r, struct span path, const struct value_operator *operation,
		    const struct span *asked, size_t count, struct reading *out)
{
	size_t field = field_of(r, path);
	struct test *test = &r->tests[r->test_count];

	*out = (struct reading){field, r->test_count, group_of(r, field, operation)};
	test->next = r->looks[field].tests;
	r->looks[field].tests = ++r->test_count;
	return value_test_init(&test->asked, operation, asked, count);
}

static bool add_clause(struct run *r, const struct selection_condition *c, const struct span *asked,
		       size_t count)
{
	struct clause *clause = &r->clauses[r->clause_count++];

	clause->member.field = NO_FIELD;
	return read_as(r, c->field, c->operation, asked, count, &clause->own) &&
	       (c->or_member.at == NULL ||
		read_as(r, c->or_member, value_operator_find(span_of("eq")), asked, count,
			&clause->member));
}

static bool add_clauses(struct run *r)
{
	const struct selection *s = r->s;
	struct span asked[SELECTION_CONDITIONS_MAX];
	bool done[SELECTION_CONDITIONS_MAX] = {false};

	for (size_t i = 0; i < s->condition_count; i++) {
		size_t count = 0;
		if (done[i])
			continue;
		asked[count++] = s->conditions[i].value;
		for (size_t k = i + 1; k < s->condition_count; k++)
			if (!done[k] && are_alternatives(&s->conditions[i], &s->conditions[k])) {
				done[k] = true;
				asked[count++] = s->conditions[k].value;
			}
		if (!add_clause(r, &s->conditions[i], asked, count))
			return false;
	}
	return true;
}

/* A field that is in the list already changes nothing. */
static void add_sort(struct run *r, const struct order_by *by)
{
	size_t field = field_of(r, by->field);

	for (size_t i = 0; i < r->order.by_count; i++)
		if (r->sort_of[i] == field)
			return;
	r->sort_of[r->order.by_count] = field;
	r->by[r->order.by_count++] = *by;
}

/* A value of the record at hand. */
static void note_value(void *context, const struct reached *v)
{
	struct run *r = context;
	struct look *l = &r->looks[v->field];
	struct value value;

	if (v->value.at == NULL || !l->found)
		for (size_t i = l->tests; i > 0; i = r->tests[i - 1].next)
			r->tests[i - 1].holds = r->tests[i - 1].fails = false;
	if (!l->found || v->value.at == NULL)
		l->first = v->value;
	l->found = v->value.at != NULL;
	l->listed = l->found && (l->listed || v->listed || *v->value.at == '[');
	if (l->tests == 0 || r->scratch.spent || value_kind(v->value) >= VALUE_COMPOUND)
		return;
	value_read(&value, v->value, &r->scratch);
	for (size_t i = l->tests; i > 0; i = r->tests[i - 1].next) {
		struct test *t = &r->tests[i - 1];
		if (t->holds && !t->asked.operation->of_each)
			continue;
		enum value_answer answer = value_answer(&t->asked, &value, &r->scratch);
		t->holds = t->holds || answer == VALUE_HOLDS;
		t->fails = t->fails || answer == VALUE_FAILS;
	}
}

static bool reading_holds(const struct run *r, const struct reading *reading)
{
	const struct look *l = &r->looks[reading->field];
	const struct test *t = &r->tests[reading->test];

	if (!l->found)
		return false;
	return t->asked.operation->of_each && l->listed ? !t->fails : t->holds;
}

static bool conditions_hold(struct run *r)
{
	for (size_t i = 0; i < r->group_count; i++)
		r->groups[i].asked = r->groups[i].holds = false;
	for (size_t i = 0; i < r->clause_count; i++) {
		const struct clause *c = &r->clauses[i];
		bool member = c->member.field != NO_FIELD && r->looks[c->member.field].found;
		const struct reading *reading = member ? &c->member : &c->own;
		struct group *g = &r->groups[reading->group];
		g->asked = true;
		g->holds = g->holds || reading_holds(r, reading);
	}
	for (size_t i = 0; i < r->group_count; i++)
		if (r->groups[i].asked && !r->groups[i].holds)
			return false;
	return true;
}

static bool has_text(struct run *r, struct span record)
{
	const char *at = record.at, *end = record.at + record.len;
	struct value value;
	struct span written;

	if (r->text.text_count == 0)
		return true;
	/* Without escapes, what is not in the record is not in a value. */
	if (memchr(record.at, '\\', record.len) == NULL &&
	    !value_text_contains(&r->text, record, &r->scratch))
		return false;
	while (!r->scratch.spent && walk_scalar(&at, end, &written)) {
		value_read(&value, written, &r->scratch);
		if (value_text_contains(&r->text, value.text, &r->scratch))
			return true;
	}
	return false;
}

static bool matches(struct run *r, struct span record)
{
	if (r->fields.count > 0) {
		for (size_t i = 0; i < r->fields.count; i++)
			r->looks[i].found = r->looks[i].listed = false;
		r->fields.more_max = r->scratch.left;
		value_spend(&r->scratch, fields_find(&r->fields, record));
	}
	return conditions_hold(r) && has_text(r, record);
}

static bool has_failed(const struct run *r)
{
	return r->fields.unescaped.failed || r->scratch.decoded.failed || r->order.decoded.failed;
}

/* Reduces the list to the records that match, and notes their sort keys. */
static size_t match(struct run *r, uint32_t *places, size_t count)
{
	size_t matched = 0, keys = r->order.by_count;

	for (size_t i = 0; i < count && !has_failed(r) && !r->scratch.spent; i++) {
		if (!matches(r, table_text(r->t, places[i])))
			continue;
		for (size_t k = 0; k < keys; k++) {
			const struct look *l = &r->looks[r->sort_of[k]];
			r->order.keys[matched * keys + k] =
			    order_key(&r->order, l->found ? l->first : (struct span){NULL, 0});
		}
		places[matched++] = places[i];
	}
	return matched;
}

/* Sets what must be 0. The far larger tables are filled as far as they are used. */
static void begin(struct run *r, const struct selection *s, const struct table *t)
{
	r->s = s;
	r->t = t;
	r->test_count = r->clause_count = r->group_count = 0;
	r->text = (struct value_test){.text_count = 0};
	r->order = (struct order){.by = r->by, .scratch = &r->scratch};
	fields_begin(&r->fields, note_value, r);
	value_scratch_begin(&r->scratch, (size_t)SELECTION_EXAMINED_MAX_MIB << 20);
}

/* false: no memory. */
static bool prepare(struct run *r, size_t count)
{
	bool good = add_clauses(r);

	for (size_t i = 0; i < r->s->sort_count; i++)
		add_sort(r, &r->s->sort[i]);
	fields_prepare(&r->fields);
	if (good && r->s->text.len > 0)
		good = value_test_init(&r->text, value_operator_find(span_of("contains")),
				       &r->s->text, 1);
	if (good && r->order.by_count > 0) {
		/* For all records: a page of memory that is never written costs nothing. */
		r->order.keys = malloc(count * r->order.by_count * sizeof *r->order.keys + 1);
		good = r->order.keys != NULL;
	}
	return good;
}

static void end_run(struct run *r)
{
	free(r->order.keys);
	text_free(&r->order.decoded);
	for (size_t i = 0; i < r->test_count; i++)
		value_test_free(&r->tests[i].asked);
	value_test_free(&r->text);
	fields_free(&r->fields);
	value_scratch_free(&r->scratch);
}

enum selection_result selection_apply(const struct selection *s, const struct table *t,
				      uint32_t *places, size_t *count, size_t *total)
{
	struct run r;

	begin(&r, s, t);
	bool good = prepare(&r, *count);
	*total = good ? match(&r, places, *count) : 0;
	size_t start = s->start < *total ? s->start : *total;
	size_t end = s->end < *total ? s->end : *total;
	if (good && r.order.by_count > 0 && end > start && !r.scratch.spent)
		good = order_first(&r.order, places, *total, end) || r.scratch.spent;
	good = good && !has_failed(&r);
	bool spent = r.scratch.spent;
	end_run(&r);

	*count = end > start ? end - start : 0;
	if (*count > 0) /* otherwise there may be no list */
		memmove(places, places + start, *count * sizeof *places);
	return !good ? SELECTION_NO_MEMORY : spent ? SELECTION_TOO_MUCH : SELECTION_FINE;
}
