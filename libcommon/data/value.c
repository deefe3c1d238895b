#include "data/value.h"
#include "core/json.h"

#include <stdlib.h>
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

static struct value_asked read_asked(struct span text)
{
	struct value_asked a = {.text = text, .kind = VALUE_TEXT};

	if (span_is(text, "true", 4)) {
		a.kind = VALUE_TRUE;
	} else if (span_is(text, "false", 5)) {
		a.kind = VALUE_FALSE;
	} else if (span_is(text, "null", 4)) {
		a.kind = VALUE_NULL;
	} else if (decimal_is(text)) {
		a.kind = VALUE_NUMBER;
		a.decimal = decimal_read(text);
		a.small = json_integer(text, &a.number);
	}
	return a;
}

static int compare_number(struct span value, const struct value_asked *asked)
{
	long long number;

	if (asked->small && json_integer(value, &number))
		return (number > asked->number) - (number < asked->number);
	struct decimal d = decimal_read(value);
	return decimal_order(&d, &asked->decimal);
}

/* Compares a record's value with what was asked for. false: they are of different kinds. */
static bool compare(struct span value, const struct value_asked *asked,
		    struct value_scratch *scratch, int *order)
{
	enum value_kind kind = value_kind(value);

	*order = 0;
	switch (asked->kind) {
	case VALUE_TRUE:
	case VALUE_FALSE:
		*order = (kind == VALUE_TRUE) - (asked->kind == VALUE_TRUE);
		return kind == VALUE_TRUE || kind == VALUE_FALSE;
	case VALUE_NULL:
		return kind == VALUE_NULL;
	case VALUE_NUMBER:
		if (kind == VALUE_NUMBER) {
			*order = compare_number(value, asked);
			return true;
		}
		break;
	default:
		break;
	}
	if (kind == VALUE_TEXT)
		*order = compare_bytes(decoded(value, scratch, 0), asked->text);
	return kind == VALUE_TEXT;
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

static int by_text(const void *a, const void *b)
{
	const struct value_asked *x = a, *y = b;

	return compare_bytes(x->text, y->text);
}

static int by_number(const void *a, const void *b)
{
	const struct value_asked *x = a, *y = b;

	return decimal_order(&x->decimal, &y->decimal);
}

static struct span trim(struct span text)
{
	while (text.len > 0 && *text.at == ' ') {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && text.at[text.len - 1] == ' ')
		text.len--;
	return text;
}

static bool read_list(struct value_test *t, struct span list)
{
	struct span written;
	size_t count = 1;

	for (size_t i = 0; i < list.len; i++)
		count += list.at[i] == ',';
	t->texts = malloc(2 * count * sizeof *t->texts);
	if (t->texts == NULL)
		return false;
	t->numbers = t->texts + count;
	while (span_next(&list, ',', &written)) {
		struct value_asked item = read_asked(trim(written));
		t->has[item.kind] = true;
		if (item.kind == VALUE_NUMBER)
			t->numbers[t->number_count++] = item;
		if (item.kind == VALUE_NUMBER || item.kind == VALUE_TEXT)
			t->texts[t->text_count++] = item;
	}
	qsort(t->texts, t->text_count, sizeof *t->texts, by_text);
	qsort(t->numbers, t->number_count, sizeof *t->numbers, by_number);
	return true;
}

bool value_test_read(struct value_test *t, enum value_operator operation, struct span asked)
{
	*t = (struct value_test){.operation = operation, .asked = {.text = asked}};
	if (operation == VALUE_IN)
		return read_list(t, asked);
	if (operation < VALUE_IN)
		t->asked = read_asked(asked);
	return true;
}

void value_test_free(struct value_test *t)
{
	free(t->texts);
}

/* Whether one item of the list is equal to the value. */
static bool is_in(const struct value_test *t, struct span value, struct value_scratch *scratch)
{
	enum value_kind kind = value_kind(value);
	bool number = kind == VALUE_NUMBER;
	const struct value_asked *items = number ? t->numbers : t->texts;
	size_t low = 0, high = number ? t->number_count : t->text_count;
	int order;

	if (!number && kind != VALUE_TEXT)
		return kind < VALUE_COMPOUND && t->has[kind];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		compare(value, &items[middle], scratch, &order);
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
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

bool value_holds(const struct value_test *t, struct span value, struct value_scratch *scratch)
{
	int order;

	if (t->operation == VALUE_IN)
		return is_in(t, value, scratch);
	if (t->operation > VALUE_IN)
		return value_kind(value) == VALUE_TEXT &&
		       text_matches(decoded(value, scratch, 0), t->operation, t->asked.text);
	if (!compare(value, &t->asked, scratch, &order))
		return false;
	switch (t->operation) {
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
