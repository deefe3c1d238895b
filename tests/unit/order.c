/* order: the first records in their order. Each list is also sorted by a plain insertion sort. */
#include "data/order.h"
#include "check.h"

#include <string.h>

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

/* Each value comes before the next one, or is equal to it. */
static void test_values(void)
{
	static const struct {
		const char *value;
		bool same; /* as the value above */
	} rows[] = {
	    {"-1e400", false},
	    {"-1", false},
	    {"-0", false},
	    {"0.0", true},
	    {"0.1", false},
	    {"1", false},
	    {"1.00", true},
	    {"9007199254740992", false},
	    {"9007199254740993", false},
	    {"1e400", false},
	    {"\"\"", false},
	    {"\"10\"", false},
	    {"\"9\"", false},
	    {"\"B\"", false},
	    {"\"a\"", false},
	    {"\"\\u0061\"", true},
	    {"\"ab\"", false},
	    {"\"\\u00e9\"", false},
	    {"\"\xc3\xa9\"", true},
	    {"false", false},
	    {"true", false},
	    {"null", false},
	    {"{}", false},
	    {"[1]", true},
	    {NULL, false},
	    {NULL, true},
	};
	enum { COUNT = sizeof rows / sizeof rows[0] };
	int rank[COUNT] = {0};

	for (int i = 1; i < COUNT; i++)
		rank[i] = rank[i - 1] + !rows[i].same;
	for (int i = 0; i < COUNT; i++)
		for (int k = 0; k < COUNT; k++) {
			struct order_key a = key_of(rows[i].value), b = key_of(rows[k].value);
			int order = order_compare(&plain, &a, &b);
			CHECK_ROW((order > 0) == (rank[i] > rank[k]) &&
				      (order < 0) == (rank[i] < rank[k]),
				  rows[i].value ? rows[i].value : "missing");
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

static void test_lists(void)
{
	for (size_t count = 1; count <= COUNT_MAX; count += 1 + count / 2)
		for (unsigned kinds = 1; kinds <= VALUES; kinds += 5)
			for (int down = 0; down < 4; down++)
				check_list(count, kinds, down & 1, down & 2);
}

static void test_keys(void)
{
	CHECK(key_of(NULL).kind == VALUE_MISSING && key_of("{}").kind == VALUE_COMPOUND);
	CHECK(key_of("-12").small && key_of("-12").number == -12);
	CHECK(key_of("\"a\\n\"").decoded && !key_of("\"a\"").decoded);
	CHECK(!key_of("1.5").small && !key_of("\"1\"").small && !key_of(NULL).small);
}

int main(void)
{
	test_values();
	test_lists();
	test_keys();
	text_free(&plain.decoded);
	value_scratch_free(&scratch);
	return check_done();
}
