#include "assign.h"
#include "core/json.h"
#include "core/nearest.h"
#include "ctl.h"
#include "data/splice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool refuse(struct assign *a, struct span field, const char *what)
{
	snprintf(a->why, sizeof a->why, "%.*s: %s", (int)(field.len < 200 ? field.len : 200),
		 field.at, what);
	return false;
}

/* Splits a path at its first dot. false: it has no dot, or nothing on one side of it. */
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

/* Whether two strings differ at most in their escapes. */
static bool is_same_text(struct span a, struct span b)
{
	if (*a.at != '"' || *b.at != '"')
		return false;
	char *text = ctl_decode(b);
	bool same = json_equals((struct span){a.at + 1, a.len - 2}, text, strlen(text));
	free(text);
	return same;
}

/* Sets or removes the member that has this whole name. */
static bool put(struct assign *a, struct text *out, struct span object, struct span name,
		struct span value)
{
	struct splice_found old;
	bool there = splice_find(object, name, &old);

	if (!there && value.at == NULL)
		return refuse(a, name, "is not there");
	if (old.again)
		return refuse(a, name, "appears more than once: remove one in an editor");
	if (there && value.at != NULL && is_same_text(old.value, value))
		value = old.value; /* it stays as it is written */
	char *string = ctl_copy(name.at, name.len);
	splice_member(out, object, string, value);
	free(string);
	return true;
}

static bool put_path(struct assign *a, struct text *out, struct span object, struct span path,
		     struct span value)
{
	struct splice_found old;
	struct text inner = {0};
	struct span head, rest;

	if (splice_find(object, path, &old) || memchr(path.at, '.', path.len) == NULL)
		return put(a, out, object, path, value);
	if (!split_path(path, &head, &rest))
		return refuse(a, path, "has a dot without a name beside it");
	bool there = splice_find(object, head, &old);
	if (there && *old.value.at != '{')
		return refuse(a, head, "is no object, so it has no members");
	bool done = put_path(a, &inner, there ? old.value : span_of("{}"), rest, value) &&
		    put(a, out, object, head, ctl_text(&inner));
	text_free(&inner);
	return done;
}
/* NOLINTEND(misc-no-recursion) */

/* Whether a new member would have nearly the name of a field of the rules. */
static bool is_misspelt(const struct assign *a, struct span name)
{
	bool near = false;
	struct span old;

	for (size_t i = 0; i < a->kind->count && !near; i++)
		near = nearest_is_same(name, a->kind->fields[i].name) &&
		       !span_is(name, a->kind->fields[i].name, a->kind->fields[i].name_len);
	return near && !assign_find(assign_record(a), name, &old);
}

bool assign_json(struct assign *a, struct span field, bool is_path, struct span value)
{
	struct text next = {0};

	if (is_misspelt(a, field))
		return refuse(a, field, "is misspelt: a field has nearly this name");
	if (!(is_path ? put_path : put)(a, &next, assign_record(a), field, value))
		return false;
	ctl_text(&next);
	text_free(&a->record);
	a->record = next;
	return true;
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
static char kind_of(const struct assign *a, struct span field)
{
	struct span old;

	if (assign_find(assign_record(a), field, &old) && *old.at != 'n')
		return *old.at;
	for (size_t i = 0; i < a->kind->count; i++)
		if (span_is(field, a->kind->fields[i].name, a->kind->fields[i].name_len) &&
		    a->kind->fields[i].type == JSON_NUMBER)
			return '0';
	return '"';
}

bool assign_text(struct assign *a, struct span field, const char *value)
{
	struct text string = {0};
	struct span json;

	switch (kind_of(a, field)) {
	case '{':
	case '[':
		return refuse(a, field, "is an object or an array: write field:=JSON");
	case 't':
	case 'f':
		if (!read_json(value, "tf", &json))
			return refuse(a, field,
				      "must be true or false; field:=JSON changes its kind");
		break;
	case '"':
		if (!scan_is_utf8(value, strlen(value)))
			return refuse(a, field, "the text is not UTF-8");
		text_json(&string, value);
		json = ctl_text(&string);
		break;
	default:
		if (!read_json(value, "-0123456789", &json))
			return refuse(a, field, "must be a number; field:=JSON changes its kind");
	}
	bool done = assign_json(a, field, true, json);
	text_free(&string);
	return done;
}

struct span assign_name(const char *word)
{
	size_t len = strcspn(word, "=");

	return (struct span){word, len - (word[len] == '=' && len > 0 && word[len - 1] == ':')};
}

bool assign_word(struct assign *a, const char *word)
{
	struct span field = assign_name(word), value;
	const char *sign = word + field.len;

	if (*sign == '\0' || field.len == 0)
		return refuse(a, field, "not an assignment: write field=text or field:=JSON");
	if (!scan_is_utf8(field.at, field.len))
		return refuse(a, field, "the name is not UTF-8");
	if (*sign == '=')
		return assign_text(a, field, sign + 1);
	if (!read_json(sign + 2, "-0123456789\"{[tfn", &value))
		return refuse(a, field, "what follows := is not JSON");
	return assign_json(a, field, true, value);
}

static void add_fault(void *context, const struct table_kind *kind, const struct table_fault *f)
{
	struct assign *a = context;
	size_t len = strlen(a->why);

	(void)kind;
	snprintf(a->why + len, sizeof a->why - len, "%s%s%s%s", len > 0 ? ", " : "",
		 f->field ? f->field : "", f->field ? " " : "", f->why);
}

bool assign_is_good(struct assign *a)
{
	char not_split[TABLE_WHY_SIZE];
	struct text array = {0};
	struct table table;

	a->why[0] = '\0';
	text_string(&array, "[");
	text_add(&array, a->record.at, a->record.len);
	text_string(&array, "]");
	struct span text = ctl_text(&array);
	if (table_read(&table, a->kind, text.at, text.len, add_fault, a, not_split) == TABLE_FINE)
		table_free(&table);
	else
		snprintf(a->why, sizeof a->why, "%s", not_split);
	text_free(&array);
	return a->why[0] == '\0';
}
