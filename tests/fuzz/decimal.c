/* The comparison of numbers: decimal.c. The input is up to three texts, one on each line. Those
 * that are numbers are compared with each other, and with a comparison that writes both out in
 * full. */
#include "data/decimal.h"
#include "core/json.h"
#include "fuzz.h"

enum {
	TEXTS = 3,
	DIGITS_MAX = 3000,
	EXPONENT_MAX = 2000,
	ALL_MAX = 2 * (DIGITS_MAX + EXPONENT_MAX)
};

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* Written differently from decimal.c: the digits are put where they belong, around a point in the
 * middle. Returns false if the number is too large for that. */
static bool write_out(const char *text, char out[ALL_MAX], int *negative)
{
	size_t point = ALL_MAX / 2;
	const char *e = strpbrk(text, "eE"), *end = e != NULL ? e : text + strlen(text);
	const char *dot = memchr(text, '.', (size_t)(end - text));
	long exponent = e != NULL ? strtol(e + 1, NULL, 10) : 0;

	if (end - text > DIGITS_MAX || exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX)
		return false;
	*negative = *text == '-';
	text += *negative;
	memset(out, '0', ALL_MAX);
	size_t at = point - (size_t)exponent - (size_t)((dot != NULL ? dot : end) - text);
	for (; text < end; text++)
		if (*text != '.')
			out[at++] = *text;
	return true;
}

/* 2: too large to write out. */
static int compare_plainly(const char *a, const char *b)
{
	static char x[ALL_MAX], y[ALL_MAX], zero[ALL_MAX];
	int x_negative, y_negative;

	if (!write_out(a, x, &x_negative) || !write_out(b, y, &y_negative))
		return 2;
	memset(zero, '0', sizeof zero);
	int x_sign = memcmp(x, zero, ALL_MAX) == 0 ? 0 : x_negative ? -1 : 1;
	int y_sign = memcmp(y, zero, ALL_MAX) == 0 ? 0 : y_negative ? -1 : 1;
	if (x_sign != y_sign)
		return x_sign < y_sign ? -1 : 1;
	return sign(memcmp(x, y, ALL_MAX)) * x_sign;
}

/* By RFC 8259, as fuzz.c reads it: a value that begins as a number does. */
static bool is_number(const char *text)
{
	bool odd;

	return *text != '\0' && strchr("-0123456789", *text) != NULL &&
	       strpbrk(text, " \t\r\n") == NULL && fuzz_is_json(text, strlen(text), 1, &odd);
}

static uint32_t hash_of(const char *number)
{
	struct decimal d;

	decimal_read(&d, span_of(number));
	return decimal_hash(&d);
}

static void check_pair(const char *a, const char *b, int order)
{
	CLAIM(sign(decimal_compare(span_of(b), span_of(a))) == -order);
	int plain = compare_plainly(a, b);
	CLAIM(plain == 2 || plain == order);
	CLAIM(order != 0 || hash_of(a) == hash_of(b));
}

static void check_one(const char *a)
{
	static char again[2 * DIGITS_MAX];
	long long small;
	char *end;

	CLAIM(decimal_compare(span_of(a), span_of(a)) == 0);
	if (json_integer(span_of(a), &small))
		CLAIM(small == strtoll(a, &end, 10) && *end == '\0');
	/* The same number with another exponent, a zero more at its end, and a zero more in its
	 * exponent. */
	size_t len = strlen(a), digits = strcspn(a, "eE");
	if (len + 8 < sizeof again && memchr(a, '.', digits) != NULL) {
		const char *e = a + digits;
		bool minus = *e != '\0' && e[1] == '-';
		snprintf(again, sizeof again, "%.*s0e%s0%s", (int)digits, a, minus ? "-" : "",
			 *e == '\0' ? "" : e + 1 + strspn(e + 1, "+-"));
		CLAIM(decimal_compare(span_of(a), span_of(again)) == 0);
		CLAIM(hash_of(a) == hash_of(again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = {data, size};
	char *text[TEXTS];
	int order[TEXTS][TEXTS], count = 0;

	for (int i = 0; i < TEXTS; i++) {
		text[count] = fuzz_string(&in, '\n');
		bool number = is_number(text[count]);
		CLAIM(decimal_is(span_of(text[count])) == number);
		if (number)
			count++;
		else
			free(text[count]);
	}
	for (int i = 0; i < count; i++)
		for (int k = 0; k < count; k++) {
			order[i][k] = sign(decimal_compare(span_of(text[i]), span_of(text[k])));
			check_pair(text[i], text[k], order[i][k]);
		}
	for (int i = 0; i < count; i++) {
		check_one(text[i]);
		for (int k = 0; k < count; k++)
			for (int n = 0; n < count; n++)
				CLAIM(!(order[i][k] <= 0 && order[k][n] <= 0) || order[i][n] <= 0);
	}
	for (int i = 0; i < count; i++)
		free(text[i]);
	return 0;
}
