/* decimal: compares JSON numbers of any size exactly. A double would read 9007199254740993 as
 * 9007199254740992, and 1e400 as infinity. */
#ifndef SSA_DECIMAL_H
#define SSA_DECIMAL_H

#include "core/span.h"

#include <stdbool.h>
#include <stdint.h>

/* A number that was read once. The text must live as long. */
struct decimal {
	struct span text;
	bool small;        /* an integer of at most 18 digits, which is `integer`; no more is set */
	long long integer; /* else the value is 0.DIGITS × 10^(exponent + shift) */
	bool negative, zero;
	/* From the first digit that is not 0 to behind the last one; a dot may be among them. */
	const char *digits, *digits_end;
	long long shift; /* the place of the dot, from the first digit */
	bool exponent_negative;
	struct span exponent; /* its digits without leading zeros; may be empty */
};

/* Reads a JSON number, in time proportional to its length. Needs no memory. */
void decimal_read(struct decimal *d, struct span number);

/* Returns less than 0, 0 or more than 0: a is less than b, equal (1.10 and 1.1, -0 and 0, 1e2 and
 * 100), or more. The time is proportional to the shorter number, so a very long one that is read
 * once can be compared with many short ones. */
int decimal_order(const struct decimal *a, const struct decimal *b);

/* The same for two texts that are numbers. */
int decimal_compare(struct span a, struct span b);

/* Equal numbers have the same hash. */
uint32_t decimal_hash(const struct decimal *number);

/* Whether a text is a number by JSON's grammar (RFC 8259, section 6). */
bool decimal_is(struct span text);

#endif
