/* span: lists with separators, and equality. */
#include "core/span.h"
#include "check.h"

#include <stdio.h>

/* The items of each list, each in brackets. */
static const struct {
	const char *list, *items;
} rows[] = {
    {"", "[]"},      {"a", "[a]"},    {"a,b", "[a][b]"},    {",", "[][]"},
    {",a", "[][a]"}, {"a,", "[a][]"}, {"a,,b", "[a][][b]"}, {"ab;c,d", "[ab;c][d]"},
};

static void test_lists(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span list = span_of(rows[i].list), item;
		char items[64] = "";
		while (span_next(&list, ',', &item))
			snprintf(items + strlen(items), sizeof items - strlen(items), "[%.*s]",
				 (int)item.len, item.at);
		CHECK_ROW(strcmp(items, rows[i].items) == 0, rows[i].list);
		CHECK_ROW(list.at == NULL && !span_next(&list, ',', &item), rows[i].list);
	}
}

/* A span ends where it says, not at a NUL or at the end of the string. */
static void test_ends(void)
{
	struct span list = {"a\0b,c,d", 5}, item;

	CHECK(span_next(&list, ',', &item) && span_is(item, "a\0b", 3));
	CHECK(span_next(&list, ',', &item) && span_is(item, "c", 1));
	CHECK(!span_next(&list, ',', &item));
}

static void test_equality(void)
{
	CHECK(span_is(span_of("abc"), "abc", 3));
	CHECK(span_is(span_of(""), "x", 0));
	CHECK(!span_is(span_of("abc"), "abd", 3));
	CHECK(!span_is(span_of("abc"), "abcd", 4));
	CHECK(!span_is(span_of("abc"), "ab", 2));
}

int main(void)
{
	test_lists();
	test_ends();
	test_equality();
	return check_done();
}
