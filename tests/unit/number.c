/* number: decimal and hexadecimal digits. */
#include "core/number.h"
#include "check.h"

/* The number that is taken off the front, and what is left. */
static void take(FILE *out, const char *given)
{
	struct span text = span_of(given);
	unsigned long long number;

	if (number_take(&text, &number))
		fprintf(out, "%llu,", number);
	else
		CHECK_ROW(number == 0, given);
	fprintf(out, "%.*s", (int)text.len, text.at);
}

static check_pair rows[] = {
    {"", ""},
    {"x1", "x1"},
    {"-1", "-1"},
    {" 1", " 1"},
    {"0", "0,"},
    {"007", "7,"},
    {"42:x", "42,:x"},
    {"000000000000000000000000000000001", "1,"},
    {"18446744073709551614", "18446744073709551614,"},
    {"18446744073709551615", "18446744073709551615,"},
    {"18446744073709551616", "18446744073709551615,"},
    {"184467440737095516140", "18446744073709551615,"},
    {"99999999999999999999999999999999/", "18446744073709551615,/"},
};

TEST(read)
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

TEST(hex)
{
	CHECK(number_hex("00", 2) == 0 && number_hex("fF", 2) == 255);
	CHECK(number_hex("12aB", 4) == 0x12ab && number_hex("D800", 4) == 0xd800);
	EACH_WORD(word, "0g @0 0` +1 /0 :0 G0 \x11\x31")
		CHECK_ROW(number_hex(word, 2) == -1, word);
	CHECK(number_hex(" 1", 2) == -1);
}

TEST(rows)
{
	CHECK_PAIRS(rows, take);
}
