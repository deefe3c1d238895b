/* nearest: names that a person mistyped. */
#ifndef SSA_NEAREST_H
#define SSA_NEAREST_H

#include "core/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Tells whether `typed` is not `name`, but was probably meant to be: it becomes `name` when it is
 * lower-cased, freed of `_`, `-` and the white space around it, and changed by at most one
 * insertion, deletion or substitution of a character, or one swap of two neighbours. `typed` is
 * UTF-8, and `name` has at most 30 lower-case ASCII letters. */
bool nearest_is_slip(struct span typed, const char *name);

/* Tells whether two names are the same but for letter case, `_`, `-` and white space around
 * them. */
bool nearest_is_same(struct span typed, const char *name);

/* Returns the name that is the fewest changes away from `typed`, or NULL if none is near: at most
 * one change for three characters. names[] ends with NULL. */
const char *nearest_of(const char *typed, const char *const names[]);

#endif
