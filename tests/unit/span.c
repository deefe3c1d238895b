/* span: lists with separators, and equality. */
#include "core/span.h"
#include "check.h"

/* The items of a list, each in brackets. */
static void show(FILE *out, const char *text)
{
	struct span list = span_of(text), item;

	while (span_next(&list, ',', &item))
		fprintf(out, "[%.*s]", (int)item.len, item.at);
	CHECK_ROW(list.at == NULL && !span_next(&list, ',', &item), text);
}

static check_pair rows[] = {
    {"", "[]"},      {"a", "[a]"},    {"a,b", "[a][b]"},    {",", "[][]"},
    {",a", "[][a]"}, {"a,", "[a][]"}, {"a,,b", "[a][][b]"}, {"ab;c,d", "[ab;c][d]"},
};

/* A span ends where it says, not at a NUL or at the end of the string. */
TEST(ends)
{
	struct span list = {"a\0b,c,d", 5}, item;

	CHECK(span_next(&list, ',', &item) && span_is(item, "a\0b", 3));
	CHECK(span_next(&list, ',', &item) && span_is(item, "c", 1));
	CHECK(!span_next(&list, ',', &item));
}

TEST(equality)
{
	CHECK(span_is(span_of("abc"), "abc", 3));
	CHECK(span_is(span_of(""), "x", 0));
	CHECK(!span_is(span_of("abc"), "abd", 3));
	CHECK(!span_is(span_of("abc"), "abcd", 4));
	CHECK(!span_is(span_of("abc"), "ab", 2));
}

TEST(rows)
{
	CHECK_PAIRS(rows, show);
}
