/* number: decimal and hexadecimal digits. */
#include "core/number.h"
#include "check.h"

static const struct {
	const char *text;
	bool taken;
	unsigned long long number;
	const char *rest;
} rows[] = {
    {"", false, 0, ""},
    {"x1", false, 0, "x1"},
    {"-1", false, 0, "-1"},
    {" 1", false, 0, " 1"},
    {"0", true, 0, ""},
    {"007", true, 7, ""},
    {"42:x", true, 42, ":x"},
    {"18446744073709551614", true, ULLONG_MAX - 1, ""},
    {"18446744073709551615", true, ULLONG_MAX, ""},
    {"18446744073709551616", true, ULLONG_MAX, ""},
    {"184467440737095516140", true, ULLONG_MAX, ""},
    {"99999999999999999999999999999999/", true, ULLONG_MAX, "/"},
    {"000000000000000000000000000000001", true, 1, ""},
};

static void test_taken(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span text = span_of(rows[i].text);
		unsigned long long number;
		CHECK_ROW(number_take(&text, &number) == rows[i].taken, rows[i].text);
		CHECK_ROW(number == rows[i].number, rows[i].text);
		CHECK_ROW(span_is(text, rows[i].rest, strlen(rows[i].rest)), rows[i].text);
	}
}

static void test_read(void)
{
	unsigned long long number;

	CHECK(number_read(span_of("600"), 600, &number) && number == 600);
	CHECK(!number_read(span_of("601"), 600, &number));
	CHECK(!number_read(span_of("60 "), 600, &number));
	CHECK(!number_read(span_of(""), 600, &number));
	CHECK(!number_read((struct span){NULL, 0}, 600, &number));
	/* A span ends where it says. */
	CHECK(number_read((struct span){"123", 2}, 600, &number) && number == 12);
}

static void test_hex(void)
{
	CHECK(number_hex("00", 2) == 0 && number_hex("fF", 2) == 255);
	CHECK(number_hex("12aB", 4) == 0x12ab && number_hex("D800", 4) == 0xd800);
	CHECK(number_hex("0g", 2) == -1 && number_hex("@0", 2) == -1 && number_hex("0`", 2) == -1);
	CHECK(number_hex(" 1", 2) == -1 && number_hex("+1", 2) == -1 &&
	      number_hex("\x11", 1) == -1);
}

int main(void)
{
	test_taken();
	test_read();
	test_hex();
	return check_done();
}
