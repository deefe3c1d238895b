#include "data/operators.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A comparison counts as this many bytes more than it examines. */
enum { COMPARISON_BYTES = 8 };

static struct value read_asked(struct span text)
{
	struct value v = {.text = text, .kind = VALUE_TEXT};

	if (span_is(text, "true", 4))
		v.kind = VALUE_TRUE;
	else if (span_is(text, "false", 5))
		v.kind = VALUE_FALSE;
	else if (span_is(text, "null", 4))
		v.kind = VALUE_NULL;
	else if (decimal_is(text))
		v.kind = VALUE_NUMBER;
	if (v.kind == VALUE_NUMBER)
		decimal_read(&v.number, text);
	return v;
}

static int by_text(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	return span_order(x->text, y->text);
}

static int by_number(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	return decimal_order(&x->number, &y->number);
}

/* Turns A to Z among eight bytes to lower case. An addition sets the highest bit of each byte from
 * the letter on; bytes that have it already are not ASCII. */
static uint64_t lower_8(uint64_t bytes)
{
	const uint64_t each = 0x0101010101010101;
	uint64_t low = bytes & (each * 0x7f);
	uint64_t from_a = low + each * (0x80 - 'A'), behind_z = low + each * (0x80 - 'Z' - 1);

	return bytes | ((from_a & ~behind_z & ~bytes & (each * 0x80)) >> 2);
}

static void fold(char *to, const char *from, size_t len)
{
	uint64_t bytes = 0;

	for (; len >= sizeof bytes; len -= sizeof bytes, to += sizeof bytes, from += sizeof bytes) {
		memcpy(&bytes, from, sizeof bytes);
		bytes = lower_8(bytes);
		memcpy(to, &bytes, sizeof bytes);
	}
	bytes = 0;
	memcpy(&bytes, from, len);
	bytes = lower_8(bytes);
	memcpy(to, &bytes, len);
}

static void add_item(struct value_test *t, struct span text)
{
	struct value item = read_asked(text);

	t->has[item.kind] = true;
	if (item.kind == VALUE_NUMBER)
		t->numbers[t->number_count++] = item;
	if (item.kind == VALUE_NUMBER || item.kind == VALUE_TEXT)
		t->texts[t->text_count++] = item;
}

/* Both lists have room for `most` items, or for one if that is 0. */
static bool make_lists(struct value_test *t, size_t most)
{
	most += most == 0;
	t->texts = malloc(2 * most * sizeof *t->texts);
	t->numbers = t->texts + most;
	return t->texts != NULL;
}

static void sort_lists(struct value_test *t)
{
	qsort(t->texts, t->text_count, sizeof *t->texts, by_text);
	qsort(t->numbers, t->number_count, sizeof *t->numbers, by_number);
}

static bool prepare_values(struct value_test *t, const struct span *asked, size_t count)
{
	if (!make_lists(t, count))
		return false;
	for (size_t i = 0; i < count; i++)
		add_item(t, asked[i]);
	sort_lists(t);
	return true;
}

/* Lists with commas, and perhaps spaces around the items. */
static bool prepare_lists(struct value_test *t, const struct span *asked, size_t count)
{
	struct span list, item;
	size_t most = count;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < asked[i].len; k++)
			most += asked[i].at[k] == ',';
	if (!make_lists(t, most))
		return false;
	for (size_t i = 0; i < count; i++) {
		list = asked[i];
		while (span_next(&list, ',', &item))
			add_item(t, span_trim(item, " "));
	}
	sort_lists(t);
	return true;
}

static bool prepare_one(struct value_test *t, const struct span *asked, size_t count)
{
	t->texts = malloc(sizeof *t->texts);
	t->text_count = count;
	if (t->texts != NULL)
		*t->texts = read_asked(*asked);
	return t->texts != NULL;
}

/* The parts are stored in lower case behind their spans. */
static bool prepare_parts(struct value_test *t, const struct span *asked, size_t count)
{
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += asked[i].len;
	t->texts = malloc(count * sizeof *t->texts + bytes + 1);
	if (t->texts == NULL)
		return false;
	char *at = (char *)(t->texts + count);
	for (; t->text_count < count; t->text_count++) {
		struct span part = asked[t->text_count];
		fold(at, part.at, part.len);
		t->texts[t->text_count].text = (struct span){at, part.len};
		t->longest = part.len > t->longest ? part.len : t->longest;
		at += part.len;
	}
	return true;
}

void value_test_free(struct value_test *t)
{
	free(t->texts);
}

/* Compares with what is asked for. false: they are of different kinds. */
static bool compare(const struct value *v, const struct value *asked, struct value_scratch *scratch,
		    int *order)
{
	size_t len = v->text.len < asked->text.len ? v->text.len : asked->text.len;

	if (!value_spend(scratch, COMPARISON_BYTES + len))
		return false;
	*order = 0;
	if (v->kind == VALUE_TEXT && (asked->kind == VALUE_TEXT || asked->kind == VALUE_NUMBER)) {
		*order = span_order(v->text, asked->text);
		return true;
	}
	if (v->kind == VALUE_NUMBER && asked->kind == VALUE_NUMBER) {
		*order = decimal_order(&v->number, &asked->number);
		return true;
	}
	bool boolean = asked->kind == VALUE_TRUE || asked->kind == VALUE_FALSE;
	if (boolean && (v->kind == VALUE_TRUE || v->kind == VALUE_FALSE)) {
		*order = (v->kind == VALUE_TRUE) - (asked->kind == VALUE_TRUE);
		return true;
	}
	return v->kind == VALUE_NULL && asked->kind == VALUE_NULL;
}

/* Whether one item of the list is equal to the value. */
static enum value_answer is_listed(const struct value_test *t, const struct value *v,
				   struct value_scratch *scratch)
{
	bool number = v->kind == VALUE_NUMBER;
	const struct value *items = number ? t->numbers : t->texts;
	size_t low = 0, high = number ? t->number_count : t->text_count;
	int order;

	if (!number && v->kind != VALUE_TEXT)
		return v->kind < VALUE_COMPOUND && t->has[v->kind] ? VALUE_HOLDS : VALUE_FAILS;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (!compare(v, &items[middle], scratch, &order))
			return VALUE_FAILS;
		if (order == 0)
			return VALUE_HOLDS;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return VALUE_FAILS;
}

/* Turns the text to lower case block by block, once for all parts. Blocks overlap, so that a part
 * is whole in one of them. memmem takes linear time in musl and in glibc. */
bool value_text_contains(const struct value_test *t, struct span text,
			 struct value_scratch *scratch)
{
	size_t beyond = t->longest > 0 ? t->longest - 1 : 0;

	if (!value_spend(scratch, (text.len + 1) * t->text_count))
		return false;
	for (;;) {
		bool last = text.len <= VALUE_BLOCK_BYTES + beyond;
		size_t len = last ? text.len : VALUE_BLOCK_BYTES + beyond;
		fold(scratch->folded, text.at, len);
		for (size_t i = 0; i < t->text_count; i++) {
			struct span part = t->texts[i].text;
			if (part.len <= len &&
			    memmem(scratch->folded, len, part.at, part.len) != NULL)
				return true;
		}
		if (last)
			return false;
		text.at += VALUE_BLOCK_BYTES;
		text.len -= VALUE_BLOCK_BYTES;
	}
}

static enum value_answer contains(const struct value_test *t, const struct value *v,
				  struct value_scratch *scratch)
{
	if (v->kind != VALUE_TEXT)
		return VALUE_OTHER_KIND;
	return value_text_contains(t, v->text, scratch) ? VALUE_HOLDS : VALUE_FAILS;
}

/* Whether the text begins or ends with one of the parts. */
static enum value_answer has_part(const struct value_test *t, const struct value *v,
				  struct value_scratch *scratch)
{
	if (v->kind != VALUE_TEXT)
		return VALUE_OTHER_KIND;
	for (size_t i = 0; i < t->text_count; i++) {
		struct span part = t->texts[i].text;
		if (v->text.len < part.len)
			continue;
		if (!value_spend(scratch, COMPARISON_BYTES + part.len))
			return VALUE_FAILS;
		fold(scratch->folded,
		     v->text.at + (t->operation->at_end ? v->text.len - part.len : 0), part.len);
		if (memcmp(scratch->folded, part.at, part.len) == 0)
			return VALUE_HOLDS;
	}
	return VALUE_FAILS;
}

static enum value_answer is_ordered(const struct value_test *t, const struct value *v,
				    struct value_scratch *scratch)
{
	const struct value_operator *o = t->operation;
	int order;

	if (!compare(v, t->texts, scratch, &order))
		return VALUE_OTHER_KIND;
	return (order < 0   ? o->less
		: order > 0 ? o->greater
			    : o->equal)
		   ? VALUE_HOLDS
		   : VALUE_FAILS;
}

static const struct value_operator operators[] = {
    {"eq", prepare_values, is_listed, .selects = true},
    {"ne", prepare_one, is_ordered, .of_each = true, .less = true, .greater = true},
    {"lt", prepare_one, is_ordered, .less = true},
    {"lte", prepare_one, is_ordered, .less = true, .equal = true},
    {"gt", prepare_one, is_ordered, .greater = true},
    {"gte", prepare_one, is_ordered, .greater = true, .equal = true},
    {"in", prepare_lists, is_listed, .selects = true},
    {"contains", prepare_parts, contains, .selects = true},
    {"startsWith", prepare_parts, has_part, .selects = true},
    {"endsWith", prepare_parts, has_part, .selects = true, .at_end = true},
};

const struct value_operator *value_operator_find(struct span name)
{
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (span_is(name, operators[i].name, strlen(operators[i].name)))
			return &operators[i];
	return NULL;
}

bool value_test_init(struct value_test *t, const struct value_operator *operation,
		     const struct span *asked, size_t count)
{
	*t = (struct value_test){.operation = operation};
	return operation->prepare(t, asked, count);
}

enum value_answer value_answer(const struct value_test *t, const struct value *v,
			       struct value_scratch *scratch)
{
	return t->operation->answer(t, v, scratch);
}
