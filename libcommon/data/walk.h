/* walk: steps through JSON text that scan.h has checked. It checks nothing again, and is therefore
 * several times as fast, which counts in a query of all records. */
#ifndef SSA_WALK_H
#define SSA_WALK_H

#include "core/span.h"

#include <stdbool.h>

/* From an opening bracket to the first element or member. false: there are no more, and *at is
 * behind the closing bracket. */
bool walk_enter(const char **at);

/* From behind a value to the next element or member. false: there are no more, and *at is behind
 * the closing bracket. */
bool walk_more(const char **at);

/* From a member to its value. Returns the name as written, without its quotes. */
struct span walk_name(const char **at, bool *escaped);

/* From the first character of a value to behind its last. */
const char *walk_end(const char *at);

/* Steps behind the next string, number, true or false, at any depth, and over names of members. *at
 * is first the beginning of a text. false: there is no more before `end`. */
bool walk_scalar(const char **at, const char *end, struct span *value);

#endif
