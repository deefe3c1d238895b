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

void splice_append(struct text *out, struct span text, struct span element)
{
	const char *end = text.at + text.len;
	const char *bracket = scan_before_space(text.at, end) - 1;
	const char *last = scan_before_space(text.at, bracket);
	const char *space = NULL, *space_end = NULL;
	struct span value;
	struct scan s;

	/* Finds the white space before the last element. `{}` counts as an empty array. */
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
		text_add(out, element.at, element.len);
		text_string(out, "\n]");
	} else {
		add(out, text.at, last);
		text_string(out, ",");
		add(out, space, space_end);
		text_add(out, element.at, element.len);
		add(out, last, bracket + 1);
	}
	add(out, bracket + 1, end);
}

const char *splice_skip(struct text *out, const char *from, struct span element, const char *end)
{
	const char *after = after_space(element.at + element.len, end);

	add(out, from, element.at);
	const char *before =
	    out->len > 0 ? scan_before_space(out->at, out->at + out->len) : out->at;
	if (before > out->at && before[-1] == ',')
		out->len = (size_t)(before - 1 - out->at);
	else if (after < end && *after == ',')
		return after_space(after + 1, end);
	return element.at + element.len;
}

bool splice_find(struct span object, struct span name, struct splice_found *found)
{
	struct span written, value;
	struct scan s;

	*found = (struct splice_found){.at = NULL};
	bool more = scan_into(&s, object, '{');
	while (more && scan_next(&s, &written) && scan_value(&s, &value))
		if (json_equals(written, name.at, name.len)) {
			found->again = found->at != NULL;
			found->at = written.at - 1;
			found->value = value;
		}
	return found->at != NULL;
}

void splice_member(struct text *out, struct span object, const char *name, struct span value)
{
	const char *from, *end = object.at + object.len;
	struct splice_found old;

	if (!splice_find(object, span_of(name), &old)) {
		from = scan_before_space(object.at, end - 1);
		add(out, object.at, from);
		if (value.at != NULL) {
			text_string(out, from[-1] != '{' ? ", " : "");
			text_json(out, name);
			text_string(out, ": ");
		}
	} else if (value.at == NULL) {
		from = old.value.at + old.value.len;
		from = splice_skip(out, object.at, (struct span){old.at, (size_t)(from - old.at)},
				   end);
	} else {
		add(out, object.at, old.value.at);
		from = old.value.at + old.value.len;
	}
	text_add(out, value.at, value.len);
	add(out, from, end);
}
