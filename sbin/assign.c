#include "assign.h"
#include "core/json.h"
#include "core/nearest.h"
#include "data/splice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(char why[static ASSIGN_WHY_SIZE], struct span field, const char *what)
{
	snprintf(why, ASSIGN_WHY_SIZE, "%.*s: %s", (int)(field.len < 200 ? field.len : 200),
		 field.at, what);
	return false;
}

/* Finds a member of the object itself. */
static bool find_here(struct span object, struct span name, struct span *value)
{
	struct span written;
	struct scan s;

	scan_begin(&s, object.at, object.len, SCAN_DEPTH_MAX - 1);
	if (!scan_enter(&s, '{'))
		return false;
	while (scan_next(&s, &written) && scan_value(&s, value))
		if (json_equals(written, name.at, name.len))
			return true;
	return false;
}

/* Splits a path at its first dot. false: there is none, or nothing on one side of it. */
static bool split_path(struct span path, struct span *head, struct span *rest)
{
	const char *dot = path.len > 0 ? memchr(path.at, '.', path.len) : NULL;

	if (dot == NULL || dot == path.at || dot + 1 == path.at + path.len)
		return false;
	*head = (struct span){path.at, (size_t)(dot - path.at)};
	*rest = (struct span){dot + 1, path.len - head->len - 1};
	return true;
}

/* NOLINTBEGIN(misc-no-recursion): as deep as the field that the administrator typed has dots */
bool assign_find(struct span record, struct span field, struct span *value)
{
	struct span head, rest, object;

	if (find_here(record, field, value))
		return true;
	return split_path(field, &head, &rest) && find_here(record, head, &object) &&
	       assign_find(object, rest, value);
}

bool assign_json(struct text *out, struct span record, struct span field, struct span value,
		 char why[static ASSIGN_WHY_SIZE])
{
	struct span head, rest, old;
	struct text inner = {0};
	bool here = find_here(record, field, &old), done = true;
	char *name;

	if (!here && split_path(field, &head, &rest)) {
		bool there = find_here(record, head, &old);
		if (there && *old.at != '{')
			return refuse(why, head, "is no object, so it has no members");
		if (!there)
			old = span_of("{}");
		done = assign_json(&inner, old, rest, value, why);
		value = (struct span){inner.at, inner.len};
		field = head;
	} else if (!here && value.at == NULL) {
		return refuse(why, field, "is not there");
	}
	name = strndup(field.at, field.len);
	if (done && name != NULL)
		splice_member(out, record, record, name, value);
	out->failed = out->failed || inner.failed || name == NULL;
	free(name);
	text_free(&inner);
	return done;
}
/* NOLINTEND(misc-no-recursion) */

/* Whether a text is one JSON value that begins with one of these characters. */
static bool is_json(const char *text, const char *first)
{
	struct scan s;

	scan_begin(&s, text, strlen(text), SCAN_DEPTH_MAX - 1);
	return strchr(first, scan_peek(&s)) != NULL && scan_value(&s, NULL) && scan_finish(&s) &&
	       !s.unrepresentable;
}

/* What the present value begins with, or else a value that the rules want. */
static char kind_of(const struct table_kind *kind, struct span record, struct span field)
{
	struct span old;

	if (assign_find(record, field, &old) && *old.at != 'n')
		return *old.at;
	for (size_t i = 0; i < kind->count; i++)
		if (span_is(field, kind->fields[i].name, kind->fields[i].name_len) &&
		    kind->fields[i].type == JSON_NUMBER)
			return '0';
	return '"';
}

bool assign_text(struct text *out, const struct table_kind *kind, struct span record,
		 struct span field, const char *value, char why[static ASSIGN_WHY_SIZE])
{
	struct text json = {0};
	bool done;

	switch (kind_of(kind, record, field)) {
	case '{':
	case '[':
		return refuse(why, field, "is an object or an array: write field:=JSON");
	case 't':
	case 'f':
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return refuse(why, field,
				      "must be true or false; field:=JSON changes its kind");
		return assign_json(out, record, field, span_of(value), why);
	case '"':
		if (!scan_is_utf8(value, strlen(value)))
			return refuse(why, field, "the text is not UTF-8");
		text_json(&json, value);
		done = assign_json(out, record, field, (struct span){json.at, json.len}, why);
		out->failed = out->failed || json.failed;
		text_free(&json);
		return done;
	default:
		if (!is_json(value, "-0123456789"))
			return refuse(why, field, "must be a number; field:=JSON changes its kind");
		return assign_json(out, record, field, span_of(value), why);
	}
}

/* Whether a new member has nearly the name of a field of the rules. */
static bool is_misspelt(const struct table_kind *kind, struct span record, struct span field)
{
	struct span old;
	bool near = false;

	for (size_t i = 0; i < kind->count && !near; i++)
		near = nearest_is_same(field, kind->fields[i].name) &&
		       !span_is(field, kind->fields[i].name, kind->fields[i].name_len);
	return near && !assign_find(record, field, &old);
}

bool assign_word(struct text *out, const struct table_kind *kind, struct span record,
		 const char *word, char why[static ASSIGN_WHY_SIZE])
{
	const char *equals = strchr(word, '=');
	bool json = equals != NULL && equals > word && equals[-1] == ':';
	struct span field = {word, equals ? (size_t)(equals - word) - json : strlen(word)};

	if (equals == NULL || field.len == 0)
		return refuse(why, field, "not an assignment: write field=text or field:=JSON");
	if (!scan_is_utf8(field.at, field.len))
		return refuse(why, field, "the name is not UTF-8");
	if (is_misspelt(kind, record, field))
		return refuse(why, field, "is misspelt: a field has nearly this name");
	if (!json)
		return assign_text(out, kind, record, field, equals + 1, why);
	if (!is_json(equals + 1, "-0123456789\"{[tfn"))
		return refuse(why, field, "what follows := is not JSON");
	return assign_json(out, record, field, span_of(equals + 1), why);
}

static void add_fault(void *context, const struct table_kind *kind, const struct table_fault *f)
{
	char *why = context;
	size_t len = strlen(why);

	(void)kind;
	snprintf(why + len, ASSIGN_WHY_SIZE - len, "%s%s%s%s", len > 0 ? ", " : "",
		 f->field ? f->field : "", f->field ? " " : "", f->why);
}

bool assign_faults(const struct table_kind *kind, struct span record,
		   char why[static ASSIGN_WHY_SIZE])
{
	char not_split[TABLE_WHY_SIZE];
	struct text array = {0};
	struct table table;

	why[0] = '\0';
	text_string(&array, "[");
	text_add(&array, record.at, record.len);
	text_string(&array, "]");
	if (array.failed)
		snprintf(why, ASSIGN_WHY_SIZE, "out of memory");
	else if (table_read(&table, kind, array.at, array.len, add_fault, why, not_split) !=
		 TABLE_FINE)
		snprintf(why, ASSIGN_WHY_SIZE, "%s", not_split);
	else
		table_free(&table);
	text_free(&array);
	return why[0] != '\0';
}
