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
	struct splice_found found;
	struct span head, rest;

	if (splice_find(record, field, &found)) {
		*value = found.value;
		return true;
	}
	return split_path(field, &head, &rest) && splice_find(record, head, &found) &&
	       assign_find(found.value, rest, value);
}

/* Sets or removes the member that has this whole name. */
static bool put(struct text *out, struct span object, struct span name, struct span value,
		char why[static ASSIGN_WHY_SIZE])
{
	struct splice_found old;
	bool there = splice_find(object, name, &old);

	if (!there && value.at == NULL)
		return refuse(why, name, "is not there");
	if (old.again)
		return refuse(why, name, "appears more than once: remove one in an editor");
	char *string = strndup(name.at, name.len);
	if (string != NULL)
		splice_member(out, object, string, value);
	out->failed = out->failed || string == NULL;
	free(string);
	return true;
}

static bool put_path(struct text *out, struct span object, struct span path, struct span value,
		     char why[static ASSIGN_WHY_SIZE])
{
	struct splice_found old;
	struct text inner = {0};
	struct span head, rest;

	if (splice_find(object, path, &old) || memchr(path.at, '.', path.len) == NULL)
		return put(out, object, path, value, why);
	if (!split_path(path, &head, &rest))
		return refuse(why, path, "has a dot without a name beside it");
	bool there = splice_find(object, head, &old);
	if (there && *old.value.at != '{')
		return refuse(why, head, "is no object, so it has no members");
	bool done = put_path(&inner, there ? old.value : span_of("{}"), rest, value, why) &&
		    put(out, object, head, (struct span){inner.at, inner.len}, why);
	out->failed = out->failed || inner.failed;
	text_free(&inner);
	return done;
}
/* NOLINTEND(misc-no-recursion) */

/* Whether a new member would have nearly the name of a field of the rules. */
static bool is_misspelt(const struct table_kind *kind, struct span record, struct span name)
{
	bool near = false;
	struct span old;

	for (size_t i = 0; i < kind->count && !near; i++)
		near = nearest_is_same(name, kind->fields[i].name) &&
		       !span_is(name, kind->fields[i].name, kind->fields[i].name_len);
	return near && !assign_find(record, name, &old);
}

bool assign_json(struct text *out, const struct table_kind *kind, struct span record,
		 struct span field, bool is_path, struct span value,
		 char why[static ASSIGN_WHY_SIZE])
{
	if (is_misspelt(kind, record, field))
		return refuse(why, field, "is misspelt: a field has nearly this name");
	return (is_path ? put_path : put)(out, record, field, value, why);
}

/* Reads a text that is one JSON value, which begins with one of these characters. */
static bool read_json(const char *text, const char *first, struct span *value)
{
	struct scan s;

	scan_begin(&s, text, strlen(text), SCAN_DEPTH_MAX - 1);
	return strchr(first, scan_peek(&s)) != NULL && scan_value(&s, value) && scan_finish(&s) &&
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
	struct text string = {0};
	struct span json;

	switch (kind_of(kind, record, field)) {
	case '{':
	case '[':
		return refuse(why, field, "is an object or an array: write field:=JSON");
	case 't':
	case 'f':
		if (!read_json(value, "tf", &json))
			return refuse(why, field,
				      "must be true or false; field:=JSON changes its kind");
		break;
	case '"':
		if (!scan_is_utf8(value, strlen(value)))
			return refuse(why, field, "the text is not UTF-8");
		text_json(&string, value);
		json = (struct span){string.at, string.len};
		break;
	default:
		if (!read_json(value, "-0123456789", &json))
			return refuse(why, field, "must be a number; field:=JSON changes its kind");
	}
	bool done = assign_json(out, kind, record, field, true, json, why);
	out->failed = out->failed || string.failed;
	text_free(&string);
	return done;
}

bool assign_word(struct text *out, const struct table_kind *kind, struct span record,
		 const char *word, char why[static ASSIGN_WHY_SIZE])
{
	const char *equals = strchr(word, '=');
	bool json = equals != NULL && equals > word && equals[-1] == ':';
	struct span field = {word, equals ? (size_t)(equals - word) - json : strlen(word)}, value;

	if (equals == NULL || field.len == 0)
		return refuse(why, field, "not an assignment: write field=text or field:=JSON");
	if (!scan_is_utf8(field.at, field.len))
		return refuse(why, field, "the name is not UTF-8");
	if (!json)
		return assign_text(out, kind, record, field, equals + 1, why);
	if (!read_json(equals + 1, "-0123456789\"{[tfn", &value))
		return refuse(why, field, "what follows := is not JSON");
	return assign_json(out, kind, record, field, true, value, why);
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
