/* order: the first records in their order. Each list is also sorted by a plain insertion sort. */
#include "data/order.h"
#include "check.h"

enum { FIELDS = 2, COUNT_MAX = 300 };

static struct value_scratch scratch = {.left = SIZE_MAX};
static struct order plain = {.scratch = &scratch};

static const char *const values[] = {NULL,    "1",     "-1",          "1.0",   "9007199254740993",
				     "1e400", "\"a\"", "\"\\u0061\"", "\"b\"", "true",
				     "false", "null",  "[1]",         "{}",    "9007199254740992",
				     "\"\""};
enum { VALUES = sizeof values / sizeof values[0] };

static struct order_key key_of(const char *text)
{
	return order_key(&plain, (struct span){text, text != NULL ? strlen(text) : 0});
}

/* By the contract, in other words than order.c: both directions keep the missing at the end. */
static int compare(const struct order *o, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < o->by_count; i++) {
		const struct order_key *x = &o->keys[a * o->by_count + i];
		const struct order_key *y = &o->keys[b * o->by_count + i];
		if ((x->kind == VALUE_MISSING) != (y->kind == VALUE_MISSING))
			return x->kind == VALUE_MISSING ? 1 : -1;
		int order = order_compare(o, x, y);
		if (order != 0)
			return o->by[i].descending ? -order : order;
	}
	return 0;
}

static void sort_plainly(const struct order *o, uint32_t *list, size_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		size_t k = i;
		for (; k > 0 && compare(o, list[k - 1], i) > 0; k--)
			list[k] = list[k - 1];
		list[k] = i;
	}
}

/* In each group all are equal, and come before the next group. */
TEST(values)
{
	static const char *const groups[] = {"-1e400",
					     "-1",
					     "-0 0.0",
					     "0.1",
					     "1 1.00",
					     "9007199254740992",
					     "9007199254740993",
					     "1e400",
					     "''",
					     "'10'",
					     "'9'",
					     "'B'",
					     "'a' '\\u0061'",
					     "'ab'",
					     "'\\u00e9' '\xc3\xa9'",
					     "false",
					     "true",
					     "null",
					     "{} [1]",
					     "missing"};
	char words[40][24];
	int ranks[40], count = 0;

	EACH(group, groups)
		EACH_WORD(word, *group) {
			snprintf(words[count], sizeof words[0], "%s", quoted(word));
			ranks[count++] = (int)(group - groups);
		}
	for (int i = 0; i < count; i++)
		for (int k = 0; k < count; k++) {
			struct order_key a = key_of(*words[i] == 'm' ? NULL : words[i]);
			struct order_key b = key_of(*words[k] == 'm' ? NULL : words[k]);
			int order = order_compare(&plain, &a, &b);
			CHECK_ROW((order > 0) == (ranks[i] > ranks[k]) &&
				      (order < 0) == (ranks[i] < ranks[k]),
				  words[i]);
		}
}

static unsigned next_random(void)
{
	static unsigned state = 1;

	state = state * 1103515245u + 12345u;
	return state >> 16;
}

static void check_list(size_t count, unsigned kinds, bool first_down, bool second_down)
{
	static struct order_key keys[COUNT_MAX * FIELDS];
	uint32_t want[COUNT_MAX], got[COUNT_MAX];
	struct order_by by[FIELDS] = {{.descending = first_down}, {.descending = second_down}};
	struct order o = {.by = by, .by_count = FIELDS, .keys = keys, .scratch = &scratch};

	for (size_t i = 0; i < count * FIELDS; i++)
		keys[i] = key_of(values[next_random() % kinds]);
	o.decoded = plain.decoded;
	sort_plainly(&o, want, count);
	/* The first few come from a heap, all of them from the merge sort alone. */
	for (size_t wanted = 1; wanted <= count; wanted += 1 + wanted / 3) {
		for (uint32_t i = 0; i < count; i++)
			got[i] = 1000 + i;
		CHECK(order_first(&o, got, count, wanted));
		for (size_t i = 0; i < wanted; i++)
			CHECK(got[i] == 1000 + want[i]);
	}
}

TEST(lists)
{
	for (size_t count = 1; count <= COUNT_MAX; count += 1 + count / 2)
		for (unsigned kinds = 1; kinds <= VALUES; kinds += 5)
			for (int down = 0; down < 4; down++)
				check_list(count, kinds, down & 1, down & 2);
}

TEST(keys)
{
	CHECK(key_of(NULL).kind == VALUE_MISSING && key_of("{}").kind == VALUE_COMPOUND);
	CHECK(key_of("-12").small && key_of("-12").number == -12);
	CHECK(key_of("\"a\\n\"").decoded && !key_of("\"a\"").decoded);
	CHECK(!key_of("1.5").small && !key_of("\"1\"").small && !key_of(NULL).small);
}

TEST(end)
{
	text_free(&plain.decoded);
	value_scratch_free(&scratch);
}
