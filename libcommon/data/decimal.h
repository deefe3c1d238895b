/* decimal: compares JSON numbers exactly, as they are written, whatever their size. A double would
 * read 9007199254740993 as 9007199254740992, and 1e400 as infinity. */
#ifndef SSA_DECIMAL_H
#define SSA_DECIMAL_H

#include "core/span.h"

#include <stdbool.h>

/* A number, taken apart: its value is 0.DIGITS × 10^(exponent + shift). Points into the text. */
struct decimal {
	bool negative, zero;
	/* From the first digit that is not 0 to behind the last one; a dot may be among them. */
	const char *digits, *digits_end;
	long long shift; /* where the dot stands, seen from the first digit */
	bool exponent_negative;
	struct span exponent; /* its digits without leading zeros; may be empty */
};

/* Takes a number by JSON's grammar apart, in time proportional to its length. */
struct decimal decimal_read(struct span number);

/* As decimal_compare, in time proportional to the shorter of the two. So a very long number that is
 * read once can be compared with many short ones. */
int decimal_order(const struct decimal *a, const struct decimal *b);

/* Returns less than 0 if a is less than b, 0 if they are equal (1.10 and 1.1, -0 and 0, 1e2 and
 * 100), and more than 0 if a is more than b. Both must be numbers by JSON's grammar. Needs no
 * memory. The time is proportional to their length. */
int decimal_compare(struct span a, struct span b);

/* Whether a text is a number by JSON's grammar (RFC 8259, section 6). */
bool decimal_is(struct span text);

#endif
