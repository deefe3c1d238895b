#include "data/decimal.h"
#include "core/json.h"
#include "core/number.h"

#include <stddef.h>
#include <stdlib.h>

/* Sets the members that are not set if the number is small. */
static void take_apart(struct decimal *d)
{
	const char *at = d->text.at, *end = at + d->text.len;
	bool dot = false;

	d->small = false;
	d->negative = *at == '-';
	d->zero = true;
	d->digits = d->digits_end = NULL;
	d->shift = 0;
	d->exponent_negative = false;
	d->exponent = (struct span){NULL, 0};
	at += d->negative;
	for (; at < end && (number_is_digit(*at) || *at == '.'); at++) {
		if (*at == '.') {
			dot = true;
			continue;
		}
		if (d->zero && *at != '0') {
			d->zero = false;
			d->digits = at;
		}
		if (*at != '0')
			d->digits_end = at + 1;
		if (!d->zero && !dot)
			d->shift++;
		else if (d->zero && dot)
			d->shift--;
	}
	if (at < end) { /* at 'e' or 'E' */
		at++;
		d->exponent_negative = *at == '-';
		at += *at == '-' || *at == '+';
		while (at < end && *at == '0')
			at++;
		d->exponent = (struct span){at, (size_t)(end - at)};
	}
}

void decimal_read(struct decimal *d, struct span number)
{
	d->text = number;
	d->small = json_integer(number, &d->integer);
	if (!d->small)
		take_apart(d);
}

/* Exponents may have any number of digits. Their difference is exact up to this; beyond it only its
 * sign counts, since shifts are far smaller. */
static const long long FAR = 100000000000000000;

static long long clamp(long long number)
{
	return number > FAR ? FAR : number < -FAR ? -FAR : number;
}

/* The i-th of `count` digits, with zeros put before the number's own. */
static int digit_of(struct span digits, size_t i, size_t count)
{
	size_t missing = count - digits.len;

	return i < missing ? 0 : digits.at[i - missing] - '0';
}

/* a - b, digit by digit from the highest. Once the sum has left [-1, 1], its sign cannot change any
 * more, and with 18 more digits it is beyond FAR. */
static long long exponent_difference(const struct decimal *a, const struct decimal *b)
{
	size_t count = a->exponent.len > b->exponent.len ? a->exponent.len : b->exponent.len;
	long long a_sign = a->exponent_negative ? -1 : 1, b_sign = b->exponent_negative ? -1 : 1;
	long long sum = 0;

	for (size_t i = 0; i < count; i++) {
		if ((sum < -1 || sum > 1) && count - i >= 18)
			return sum > 0 ? FAR : -FAR;
		sum = clamp(sum * 10 + a_sign * digit_of(a->exponent, i, count) -
			    b_sign * digit_of(b->exponent, i, count));
	}
	return sum;
}

/* Steps over the dot. */
static const char *at_digit(const char *at, const char *end)
{
	return at < end && *at == '.' ? at + 1 : at;
}

/* Neither ends with zeros. If one begins with the other, it is larger. */
static int compare_digits(const struct decimal *a, const struct decimal *b)
{
	const char *x = a->digits, *y = b->digits;

	for (;; x++, y++) {
		x = at_digit(x, a->digits_end);
		y = at_digit(y, b->digits_end);
		if (x == a->digits_end || y == b->digits_end)
			return (x < a->digits_end) - (y < b->digits_end);
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
}

static int sign_of(const struct decimal *p)
{
	return p->zero ? 0 : p->negative ? -1 : 1;
}

/* Neither is small. */
static int order(const struct decimal *a, const struct decimal *b)
{
	if (sign_of(a) != sign_of(b) || a->zero)
		return sign_of(a) - sign_of(b);
	long long higher = exponent_difference(a, b) + a->shift - b->shift;
	int size = higher != 0 ? (higher > 0 ? 1 : -1) : compare_digits(a, b);
	return a->negative ? -size : size;
}

int decimal_order(const struct decimal *a, const struct decimal *b)
{
	if (a->small && b->small)
		return (a->integer > b->integer) - (a->integer < b->integer);

	struct decimal x = {.text = a->text}, y = {.text = b->text};
	if (a->small)
		take_apart(&x);
	if (b->small)
		take_apart(&y);
	return order(a->small ? &x : a, b->small ? &y : b);
}

int decimal_compare(struct span a, struct span b)
{
	struct decimal x, y;

	decimal_read(&x, a);
	decimal_read(&y, b);
	return decimal_order(&x, &y);
}

/* Hashes M and E of M × 10^E, both modulo 2^64. E is 0 for an integer of at most 18 digits. */
uint32_t decimal_hash(const struct decimal *number)
{
	const uint64_t odd = 0x9E3779B97F4A7C15; /* spreads the bits */
	uint64_t digits = 0, power = 0, exponent = 0;

	if (number->small) {
		digits = (uint64_t)llabs(number->integer);
	} else if (!number->zero) {
		for (const char *at = number->digits; at < number->digits_end; at++)
			if (*at != '.') {
				digits = digits * 10 + (uint64_t)(*at - '0');
				power--;
			}
		for (size_t i = 0; i < number->exponent.len; i++)
			exponent = exponent * 10 + (uint64_t)(number->exponent.at[i] - '0');
		power +=
		    (uint64_t)number->shift + (number->exponent_negative ? -exponent : exponent);
		for (; (int64_t)power > 0 && digits > 0 && digits < (uint64_t)FAR; power--)
			digits *= 10;
	}
	return (uint32_t)((digits + power * odd) * odd >> 32);
}

bool decimal_is(struct span text)
{
	struct scan s;

	if (text.len == 0 || !(number_is_digit(text.at[0]) || text.at[0] == '-'))
		return false;
	scan_begin(&s, text.at, text.len, 0);
	return scan_value(&s, NULL) && s.at == s.end;
}
