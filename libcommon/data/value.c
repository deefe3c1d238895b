#include "data/value.h"
#include "core/json.h"
#include "data/decimal.h"

#include <string.h>

enum value_kind value_kind(struct span value)
{
	if (value.at == NULL)
		return VALUE_MISSING;
	switch (*value.at) {
	case '"':
		return VALUE_TEXT;
	case 't':
		return VALUE_TRUE;
	case 'f':
		return VALUE_FALSE;
	case 'n':
		return VALUE_NULL;
	case '{':
	case '[':
		return VALUE_COMPOUND;
	default:
		return VALUE_NUMBER;
	}
}

static struct span inner(struct span string)
{
	return (struct span){string.at + 1, string.len - 2};
}

/* A string's bytes, in one of the two scratch texts if they have to be decoded. */
static struct span decoded(struct span string, struct value_scratch *scratch, int which)
{
	struct span written = inner(string);

	if (memchr(written.at, '\\', written.len) == NULL)
		return written;
	struct text *text = &scratch->text[which];
	text_clear(text, text->cap);
	json_append(text, written);
	if (text->failed)
		scratch->failed = true;
	return (struct span){text->at != NULL ? text->at : "", text->len};
}

static int compare_bytes(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int difference = len > 0 ? memcmp(a.at, b.at, len) : 0;

	return difference != 0 ? difference : (a.len > b.len) - (a.len < b.len);
}

static bool is_word(struct span text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.at, word, text.len) == 0;
}

/* Compares a record's value with what was asked for. false: they are of different kinds. */
static bool compare(struct span value, struct span asked, struct value_scratch *scratch, int *order)
{
	switch (value_kind(value)) {
	case VALUE_NUMBER:
		if (!decimal_is(asked))
			return false;
		*order = decimal_compare(value, asked);
		return true;
	case VALUE_TEXT:
		if (is_word(asked, "true") || is_word(asked, "false") || is_word(asked, "null"))
			return false;
		*order = compare_bytes(decoded(value, scratch, 0), asked);
		return true;
	case VALUE_TRUE:
	case VALUE_FALSE:
		if (!is_word(asked, "true") && !is_word(asked, "false"))
			return false;
		*order = (*value.at == 't') - (*asked.at == 't');
		return true;
	case VALUE_NULL:
		*order = 0;
		return is_word(asked, "null");
	default:
		return false;
	}
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool same_letters(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

/* The first c at or behind `at`; `end`: there is none. */
static const char *find(const char *at, const char *end, char c)
{
	const char *found = memchr(at, c, (size_t)(end - at));

	return found != NULL ? found : end;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

/* Steps from one place where the part can begin to the next, in either case. */
bool value_text_contains(struct span text, struct span part)
{
	if (text.len < part.len || part.len == 0)
		return part.len == 0;
	const char *end = text.at + (text.len - part.len) + 1;
	char small = lower(part.at[0]), capital = upper(part.at[0]);
	const char *a = find(text.at, end, small);
	const char *b = small != capital ? find(text.at, end, capital) : end;

	while (a < end || b < end) {
		const char **next = a < b ? &a : &b;
		if (same_letters(*next + 1, part.at + 1, part.len - 1))
			return true;
		*next = find(*next + 1, end, next == &a ? small : capital);
	}
	return false;
}

/* Whether one member of a list with commas is equal to the value. */
static bool is_in(struct span value, struct span list, struct value_scratch *scratch)
{
	const char *at = list.at, *list_end = list.at + list.len;
	int order;

	for (;;) {
		const char *comma = memchr(at, ',', (size_t)(list_end - at));
		const char *end = comma != NULL ? comma : list_end, *next = end + 1;
		while (at < end && *at == ' ')
			at++;
		while (end > at && end[-1] == ' ')
			end--;
		if (compare(value, (struct span){at, (size_t)(end - at)}, scratch, &order) &&
		    order == 0)
			return true;
		if (comma == NULL)
			return false;
		at = next;
	}
}

bool value_operator_selects(enum value_operator operation)
{
	return operation == VALUE_EQUAL || operation >= VALUE_IN;
}

static bool text_matches(struct span text, enum value_operator operation, struct span part)
{
	if (operation == VALUE_CONTAINS)
		return value_text_contains(text, part);
	if (text.len < part.len)
		return false;
	return same_letters(operation == VALUE_STARTS_WITH ? text.at
							   : text.at + text.len - part.len,
			    part.at, part.len);
}

bool value_holds(struct span value, enum value_operator operation, struct span asked,
		 struct value_scratch *scratch)
{
	int order;

	switch (operation) {
	case VALUE_IN:
		return is_in(value, asked, scratch);
	case VALUE_CONTAINS:
	case VALUE_STARTS_WITH:
	case VALUE_ENDS_WITH:
		return value_kind(value) == VALUE_TEXT &&
		       text_matches(decoded(value, scratch, 0), operation, asked);
	default:
		break;
	}
	if (!compare(value, asked, scratch, &order))
		return false;
	switch (operation) {
	case VALUE_EQUAL:
		return order == 0;
	case VALUE_NOT_EQUAL:
		return order != 0;
	case VALUE_LESS:
		return order < 0;
	case VALUE_LESS_OR_EQUAL:
		return order <= 0;
	case VALUE_GREATER:
		return order > 0;
	default:
		return order >= 0;
	}
}

bool value_contains(struct span value, struct span part, struct value_scratch *scratch)
{
	struct span text = *value.at == '"' ? decoded(value, scratch, 0) : value;

	return value_text_contains(text, part);
}

int value_compare(struct span a, struct span b, struct value_scratch *scratch)
{
	enum value_kind kind = value_kind(a), other = value_kind(b);

	if (kind != other)
		return kind < other ? -1 : 1;
	if (kind == VALUE_NUMBER)
		return decimal_compare(a, b);
	if (kind != VALUE_TEXT)
		return 0;
	return compare_bytes(decoded(a, scratch, 0), decoded(b, scratch, 1));
}

void value_scratch_free(struct value_scratch *scratch)
{
	text_free(&scratch->text[0]);
	text_free(&scratch->text[1]);
}
