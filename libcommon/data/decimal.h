/* decimal: compares JSON numbers exactly, as they are written, whatever their size. A double would
 * read 9007199254740993 as 9007199254740992, and 1e400 as infinity. */
#ifndef SSA_DECIMAL_H
#define SSA_DECIMAL_H

#include "core/scan.h"

#include <stdbool.h>

/* Returns less than 0 if a is less than b, 0 if they are equal (1.10 and 1.1, -0 and 0, 1e2 and
 * 100), and more than 0 if a is more than b. Both must be numbers by JSON's grammar. Needs no
 * memory. The time is proportional to their length. */
int decimal_compare(struct span a, struct span b);

/* The value of an integer of up to 18 digits. Most numbers are that. false: it is not one. */
bool decimal_small(struct span number, long long *out);

/* Whether a text is a number by JSON's grammar (RFC 8259, section 6). */
bool decimal_is(struct span text);

#endif
