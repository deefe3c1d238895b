#include "data/table.h"
#include "core/array.h"
#include "core/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A table on its way. */
struct split {
	const struct table_kind *kind;
	struct table table;
	size_t capacity;
	table_complain *complain;
	void *context;
};

static bool add_record(struct split *to, struct span record, struct span key)
{
	struct table *t = &to->table;
	struct table_record *list = array_grow(t->list, t->count, &to->capacity, sizeof *list);

	if (list == NULL)
		return false;
	t->list = list;
	if (*key.at == '"')
		key = (struct span){key.at + 1, key.len - 2};
	t->list[t->count++] = (struct table_record){
	    .at = (uint32_t)(record.at - t->text),
	    .len = (uint32_t)record.len,
	    .key_at = (uint32_t)(key.at - t->text),
	    .key_len = (uint32_t)key.len,
	};
	return true;
}

/* A record that is being read. */
struct candidate {
	const struct table_kind *kind;
	size_t place;
	struct span text;
	struct json_field fields[TABLE_MAX_FIELDS];
	const char *misspelt; /* a guarded name that it has a near miss of, or NULL */
	bool broken;
};

/* `field` NULL: the whole record breaks the rule. */
static void break_rule(struct split *to, struct candidate *c, const char *field, const char *why)
{
	struct table_fault fault = {c->place, c->text.at, field, why};

	c->broken = true;
	if (to->complain != NULL)
		to->complain(to->context, c->kind, &fault);
}

/* Without memory to decode it, a name counts as a near miss. */
static bool is_slip(struct span name, const char *guarded)
{
	struct text decoded = {0};
	bool slip = nearest_is_slip(json_unescape(name, &decoded), guarded) || decoded.failed;

	text_free(&decoded);
	return slip;
}

/* The member is no field of the kind. */
static void note_other(void *context, struct span name)
{
	struct candidate *c = context;

	for (const char *const *guarded = c->kind->guarded; *guarded != NULL; guarded++)
		if (is_slip(name, *guarded) && !json_equals(name, *guarded, strlen(*guarded)))
			c->misspelt = *guarded;
}

/* Tells whether the record, which lacks this field, has a member with nearly this name. */
static bool has_near(const struct candidate *c, const char *field)
{
	struct span name;
	struct scan s;
	bool near = false;

	scan_into(&s, c->text, '{');
	while (!near && scan_next(&s, &name) && scan_value(&s, NULL))
		near = nearest_is_same(name, field) ||
		       (strlen(field) > 3 && nearest_is_slip(name, field));
	return near;
}

static void check_fields(struct split *to, struct candidate *c)
{
	for (size_t i = 0; i < c->kind->count; i++) {
		const struct json_field *f = &c->fields[i];
		if (f->state == JSON_PRESENT)
			continue;
		if (f->state == JSON_TWICE)
			break_rule(to, c, f->name, "appears more than once");
		else if (f->state == JSON_WRONG_TYPE)
			break_rule(to, c, f->name, "of the wrong type");
		else if (f->state == JSON_ABSENT && i < c->kind->required)
			break_rule(to, c, f->name,
				   has_near(c, f->name)
				       ? "missing, but a member has nearly this name"
				       : "missing");
	}
}

/* Steps over the record ahead, and adds it if it follows the rules. false: the text is not JSON, or
 * there is no memory. */
static bool split_record(struct split *to, struct scan *s, size_t place)
{
	struct candidate c; /* its fields are only as many as the kind has */

	c.kind = to->kind;
	c.place = place;
	c.misspelt = NULL;
	c.broken = false;
	memcpy(c.fields, c.kind->fields, c.kind->count * sizeof c.fields[0]);
	s->unrepresentable = false;
	scan_peek(s);
	c.text.at = s->at;
	bool object =
	    json_members(s, c.fields, c.kind->count, c.kind->guarded ? note_other : NULL, &c);
	if (!object && !scan_value(s, NULL))
		return false;
	c.text.len = (size_t)(s->at - c.text.at);
	if (object)
		check_fields(to, &c);
	else
		break_rule(to, &c, NULL, "not an object");
	if (c.misspelt != NULL)
		break_rule(to, &c, c.misspelt, "misspelt: a member has nearly this name");
	if (object && s->unrepresentable)
		break_rule(to, &c, NULL, "\\u0000 or half a surrogate pair in a string");
	if (!c.broken)
		return add_record(to, c.text, c.fields[0].value);
	to->table.skipped++;
	return true;
}

static enum table_result split_text(struct split *to, struct scan *s, size_t len,
				    char why[static TABLE_WHY_SIZE])
{
	bool kept = true, array = scan_enter(s, '[');

	/* An empty object is an empty file: the original SimpleServerAPI wrote that. */
	if (array)
		for (size_t place = 0; kept && scan_next(s, NULL); place++)
			kept = split_record(to, s, place);
	else if (scan_enter(s, '{'))
		array = !scan_next(s, NULL);
	if (!kept && !s->failed) {
		strcpy(why, "out of memory");
		return TABLE_NO_MEMORY;
	}
	if (array && scan_finish(s))
		return TABLE_FINE;
	malformed_tell(to->table.text, len, to->kind->fields[0].name, why);
	return TABLE_INVALID;
}

enum table_result table_read(struct table *t, const struct table_kind *kind, const char *text,
			     size_t len, table_complain *complain, void *context,
			     char why[static TABLE_WHY_SIZE])
{
	struct split to = {
	    .kind = kind,
	    .table = {.text = text, .by_value = kind->fields[0].type == JSON_NUMBER},
	    .complain = complain,
	    .context = context,
	};
	struct scan s;

	scan_begin_document(&s, text, len, SCAN_DEPTH_MAX - 1);
	enum table_result result = split_text(&to, &s, len, why);
	if (result != TABLE_FINE) {
		table_free(&to.table);
		return result;
	}
	/* If this fails, the list stays as long as it is. */
	struct table_record *list =
	    to.table.count ? realloc(to.table.list, to.table.count * sizeof *list) : NULL;
	if (list != NULL)
		to.table.list = list;
	*t = to.table;
	return TABLE_FINE;
}

void table_free(struct table *t)
{
	free(t->list);
	free(t->index);
	*t = (struct table){0};
}

struct span table_key(const struct table *t, size_t i)
{
	return (struct span){t->text + t->list[i].key_at, t->list[i].key_len};
}

static uint32_t hash_of(const struct table *t, struct span key)
{
	struct decimal number;

	if (!t->by_value) {
		uint32_t hash = span_hash(key);
		return hash ^ hash >> 15;
	}
	decimal_read(&number, key);
	return decimal_hash(&number);
}

/* false: no memory. */
static bool insert(struct table *t, size_t i)
{
	struct text decoded = {0};
	size_t slot = hash_of(t, json_unescape(table_key(t, i), &decoded)) & t->index_mask;
	bool done = !decoded.failed;

	text_free(&decoded);
	while (t->index[slot] != 0)
		slot = (slot + 1) & t->index_mask;
	t->index[slot] = (uint32_t)(i + 1);
	return done;
}

/* Builds a hash table with open addressing, at most half full. Records are inserted in the order of
 * the file, so that a search meets the first of two equal keys first. An entry is a place plus 1.
 * Without memory there is no index, and a search is slower. */
static void build_index(struct table *t)
{
	size_t slots = 16;

	while (slots < t->count * 2)
		slots *= 2;
	t->index = calloc(slots, sizeof *t->index);
	if (t->index == NULL)
		return;
	t->index_mask = slots - 1;
	for (size_t i = 0; i < t->count; i++)
		if (!insert(t, i)) {
			free(t->index);
			t->index = NULL;
			return;
		}
}

/* A single search needs no index; the second one builds it. */
static bool use_index(struct table *t)
{
	if (t->index == NULL && t->lookups++ > 0)
		build_index(t);
	return t->index != NULL;
}

void table_search(struct table_search *s, struct table *t, struct span key)
{
	*s = (struct table_search){.t = t, .key = key};
	if (t->by_value && !decimal_is(key)) {
		s->at = t->count;
		return;
	}
	if (t->by_value)
		decimal_read(&s->number, key);
	if (use_index(t)) {
		s->index = t->index;
		s->at = hash_of(t, key) & t->index_mask;
	}
}

static bool has_key(const struct table_search *s, size_t i)
{
	struct span written = table_key(s->t, i);
	struct decimal number;

	if (!s->t->by_value)
		return json_equals(written, s->key.at, s->key.len);
	decimal_read(&number, written);
	return decimal_order(&number, &s->number) == 0;
}

size_t table_next(struct table_search *s)
{
	size_t place;

	while (s->index == NULL && s->at < s->t->count)
		if (has_key(s, s->at++))
			return s->at - 1;
	while (s->index != NULL && (place = s->index[s->at]) != 0) {
		s->at = (s->at + 1) & s->t->index_mask;
		if (has_key(s, place - 1))
			return place - 1;
	}
	return s->t->count;
}

size_t table_find(struct table *t, struct span key)
{
	struct table_search s;

	table_search(&s, t, key);
	return table_next(&s);
}

struct span table_text(const struct table *t, size_t i)
{
	return (struct span){t->text + t->list[i].at, t->list[i].len};
}
