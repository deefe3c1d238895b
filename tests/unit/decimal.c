/* decimal: the table of fixtures/decimals.txt, which independent oracles have made (see
 * tools/decimals.py), and which texts are numbers. It runs in the root of the project. */
#include "data/decimal.h"
#include "check.h"

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static uint32_t hash_of(const char *number)
{
	struct decimal d;

	decimal_read(&d, span_of(number));
	return decimal_hash(&d);
}

TEST(table)
{
	static char row[8192], a[4096], b[4096];
	FILE *table = fopen("tests/fixtures/decimals.txt", "r");
	unsigned rows = 0, collisions = 0;
	char order;

	CHECK(table != NULL);
	while (table != NULL && fgets(row, sizeof row, table) != NULL) {
		if (!CHECK_ROW(sscanf(row, "%4095s %4095s %c", a, b, &order) == 3, row))
			continue;
		int want = order == '<' ? -1 : order == '>';
		CHECK_ROW(sign(decimal_compare(span_of(a), span_of(b))) == want, row);
		CHECK_ROW(sign(decimal_compare(span_of(b), span_of(a))) == -want, row);
		CHECK_ROW(decimal_is(span_of(a)) && decimal_is(span_of(b)), row);
		CHECK_ROW(hash_of(a) == hash_of(b) || want != 0, row);
		collisions += want != 0 && hash_of(a) == hash_of(b);
		rows++;
	}
	CHECK(rows >= 3000 && collisions < rows / 10);
	if (table != NULL)
		fclose(table);
}

/* Numbers that are longer than any buffer: a million digits, and an exponent of a million
 * digits. */
TEST(long)
{
	enum { LENGTH = 1000000 };
	char *a = malloc(LENGTH + 4), *b = malloc(LENGTH + 4);

	memset(a, '7', LENGTH);
	memcpy(b, a, LENGTH);
	a[LENGTH] = b[LENGTH] = '\0';
	CHECK(decimal_compare(span_of(a), span_of(b)) == 0);
	b[LENGTH - 1] = '8';
	CHECK(decimal_compare(span_of(a), span_of(b)) < 0);
	memcpy(a, "1e", 2);
	memcpy(b, "1e", 2);
	CHECK(decimal_compare(span_of(a), span_of(b)) < 0);
	b[2] = '-';
	CHECK(decimal_compare(span_of(a), span_of(b)) > 0);
	/* 0.00…7 and 7e-LENGTH. */
	memset(a, '0', LENGTH + 1);
	memcpy(a, "0.", 2);
	strcpy(a + LENGTH + 1, "7");
	CHECK(decimal_compare(span_of(a), span_of("7e-1000000")) == 0);
	CHECK(decimal_compare(span_of(a), span_of("7e-999999")) < 0);
	free(a);
	free(b);
}

TEST(grammar)
{
	EACH_WORD(good, "0 -0 10 1.0 -1.5 1e5 1E+5 1e-05 0e0 0.001 1e999")
		CHECK_ROW(decimal_is(span_of(good)), good);
	EACH_WORD(bad, "- +1 01 00 1. .5 1e 1e+ 1.e5 1x 0x10 Infinity NaN --1 1-1 1,5 1_000 true "
		       "\"1\" [1] {} null 1e5. 1\n2 \n1 1\n e5 -e5 -.5")
		CHECK_ROW(!decimal_is(span_of(bad)), bad);
	CHECK(!decimal_is(span_of("")) && !decimal_is(span_of(" 1")) && !decimal_is(span_of("1 ")));
	CHECK(!decimal_is((struct span){"1\0", 2}));
}
