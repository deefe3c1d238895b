/* decimal: compares JSON numbers as they are written, exactly, whatever their size. A double would
 * take 9007199254740993 for 9007199254740992, and 1e400 for infinity. */
#ifndef SSA_DECIMAL_H
#define SSA_DECIMAL_H

#include "core/scan.h"

#include <stdbool.h>

/* Less than 0: a is less than b; 0: they are equal (1.10 and 1.1, -0 and 0, 1e2 and 100); more than
 * 0: a is more than b. Both are numbers by JSON's grammar. Needs no memory; takes time in proportion
 * to their length. */
int decimal_compare(struct span a, struct span b);

/* The value of an integer of up to 18 digits, as most numbers are. false: it is another number. */
bool decimal_small(struct span number, long long *out);

/* Whether a text is a number by JSON's grammar (RFC 8259, section 6). */
bool decimal_is(struct span text);

#endif
