/* number: numbers as decimal or hexadecimal digits. */
#ifndef SSA_NUMBER_H
#define SSA_NUMBER_H

#include "core/span.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define NUMBER_HEX_DIGITS "0123456789abcdef"

static inline bool number_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes the digits at the front of a text off it. A number that does not fit counts as ULLONG_MAX,
 * so that a caller has only its own limit to check. false: the text does not begin with a digit. It
 * is inline for the numbers of all records that a query looks at. */
static inline bool number_take(struct span *text, unsigned long long *out)
{
	const char *begin = text->at;
	unsigned long long sum = 0;

	for (; text->len > 0 && number_is_digit(*text->at); text->at++, text->len--)
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (unsigned)(*text->at - '0'), &sum))
			sum = ULLONG_MAX;
	*out = sum;
	return text->at > begin;
}

/* Reads a text that is all digits. false: it is not, or the number is more than `most`. */
bool number_read(struct span text, unsigned long long most, unsigned long long *out);

/* Returns the value of `count` hexadecimal digits, at most 7; -1: another character is among
 * them. */
int number_hex(const char *at, size_t count);

#endif
