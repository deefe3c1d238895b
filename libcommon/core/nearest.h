/* nearest: finds the names that a person may have meant. */
#ifndef SSA_NEAREST_H
#define SSA_NEAREST_H

#include "core/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Tells whether `typed`, which is UTF-8, is a slip for `name`, which has at most 30 lower-case
 * ASCII letters: it differs, but not any more when it is lower-cased, loses `_`, `-` and the white
 * space around it, and then changes by at most one insertion, deletion or substitution of a
 * character, or one swap of two neighbours. */
bool nearest_is_slip(struct span typed, const char *name);

/* Compares two names without regard to letter case, `_`, `-` and the white space around them. */
bool nearest_is_same(struct span typed, const char *name);

/* Returns the name that is fewest changes away from `typed`, or NULL if each takes more than one
 * change for three characters. names[] ends with NULL. */
const char *nearest_of(const char *typed, const char *const names[]);

#endif
