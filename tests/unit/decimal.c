/* decimal: the table of fixtures/decimals.txt, which independent oracles have made (see
 * tools/decimals.py), and which texts are numbers. It runs in the root of the project. */
#include "data/decimal.h"
#include "check.h"
#include "core/json.h"

#include <string.h>

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

static void test_table(void)
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
static void test_long(void)
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

static void test_small(void)
{
	static const struct {
		const char *text;
		bool small;
		long long value;
	} rows[] = {
	    {"0", true, 0},
	    {"-0", true, 0},
	    {"-7", true, -7},
	    {"999999999999999999", true, 999999999999999999},
	    {"-999999999999999999", true, -999999999999999999},
	    {"1000000000000000000", false, 0},
	    {"1.0", false, 0},
	    {"1e2", false, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		long long value = 0;
		CHECK_ROW(json_integer(span_of(rows[i].text), &value) == rows[i].small,
			  rows[i].text);
		CHECK_ROW(value == rows[i].value, rows[i].text);
	}
}

static void test_grammar(void)
{
	static const char *const good[] = {"0",    "-0",    "10",  "1.0",   "-1.5", "1e5",
					   "1E+5", "1e-05", "0e0", "0.001", "1e999"};
	static const char *const bad[] = {
	    "",     "-",     "+1",  "01",   "00",       "1.",   ".5",   "1e",  "1e+", "1.e5",
	    " 1",   "1 ",    "1x",  "0x10", "Infinity", "NaN",  "--1",  "1-1", "1,5", "1_000",
	    "true", "\"1\"", "[1]", "{}",   "null",     "1e5.", "1\n2", "e5",  "-e5", "-.5"};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		CHECK_ROW(decimal_is(span_of(good[i])), good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_ROW(!decimal_is(span_of(bad[i])), bad[i]);
	CHECK(!decimal_is((struct span){"1\0", 2}));
}

int main(void)
{
	test_table();
	test_long();
	test_small();
	test_grammar();
	return check_done();
}
