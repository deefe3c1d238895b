#include "data/splice.h"
#include "core/json.h"

#include <string.h>

static const char *after_space(const char *at, const char *end)
{
	while (at < end && scan_is_space(*at))
		at++;
	return at;
}

static void add(struct text *out, const char *from, const char *to)
{
	text_add(out, from, (size_t)(to - from));
}

void splice_append(struct text *out, struct span text, struct span record)
{
	const char *end = text.at + text.len;
	const char *bracket = scan_before_space(text.at, end) - 1;
	const char *last = scan_before_space(text.at, bracket);
	const char *space = NULL, *space_end = NULL;
	struct span value;
	struct scan s;

	/* Finds the white space before the last record. `{}` counts as an empty array. */
	scan_begin_document(&s, text.at, text.len, SCAN_DEPTH_MAX - 1);
	if (scan_enter(&s, '['))
		while (scan_next(&s, NULL)) {
			space_end = after_space(s.at, end);
			space = scan_before_space(text.at, space_end);
			if (!scan_value(&s, &value))
				break;
		}
	if (space == NULL) {
		const char *open = memchr(text.at, bracket[0] == ']' ? '[' : '{', text.len);
		add(out, text.at, open);
		text_string(out, "[\n  ");
		text_add(out, record.at, record.len);
		text_string(out, "\n]");
	} else {
		add(out, text.at, last);
		text_string(out, ",");
		add(out, space, space_end);
		text_add(out, record.at, record.len);
		add(out, last, bracket + 1);
	}
	add(out, bracket + 1, end);
}

/* Removes [from, to) and the comma before it or, if there is none, the one behind it. */
static void remove_element(struct text *out, struct span text, const char *from, const char *to)
{
	const char *end = text.at + text.len;
	const char *before = scan_before_space(text.at, from), *after = after_space(to, end);

	if (before[-1] == ',')
		from = before - 1;
	else if (after < end && *after == ',')
		to = after_space(after + 1, end);
	add(out, text.at, from);
	add(out, to, end);
}

void splice_remove(struct text *out, struct span text, struct span record)
{
	remove_element(out, text, record.at, record.at + record.len);
}

/* Finds a member; *name_at is where its name begins. */
static bool find_member(struct span record, const char *wanted, const char **name_at,
			struct span *value)
{
	struct span name;
	struct scan s;

	scan_begin(&s, record.at, record.len, SCAN_DEPTH_MAX - 1);
	if (!scan_enter(&s, '{'))
		return false;
	while (scan_next(&s, &name)) {
		if (!scan_value(&s, value))
			return false;
		if (json_equals(name, wanted, strlen(wanted))) {
			*name_at = name.at - 1;
			return true;
		}
	}
	return false;
}

void splice_member(struct text *out, struct span text, struct span record, const char *name,
		   struct span value)
{
	const char *end = text.at + text.len, *record_end = record.at + record.len, *name_at;
	struct span old;

	if (!find_member(record, name, &name_at, &old)) {
		const char *last = scan_before_space(record.at, record_end - 1);
		if (value.at == NULL) {
			text_add(out, text.at, text.len);
			return;
		}
		add(out, text.at, last);
		if (last[-1] != '{')
			text_string(out, ", ");
		text_json(out, name);
		text_string(out, ": ");
		text_add(out, value.at, value.len);
		add(out, last, end);
	} else if (value.at == NULL) {
		remove_element(out, text, name_at, old.at + old.len);
	} else {
		add(out, text.at, old.at);
		text_add(out, value.at, value.len);
		add(out, old.at + old.len, end);
	}
}
