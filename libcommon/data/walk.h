/* walk: steps through JSON text that scan.h has checked before. It checks nothing again and is
 * therefore several times as fast. A query looks at every record, so this counts. */
#ifndef SSA_WALK_H
#define SSA_WALK_H

#include "core/span.h"

#include <stdbool.h>

/* From an opening bracket to the first element or the name of the first member. false: there is
 * none, and *at is behind the closing bracket. */
bool walk_enter(const char **at);

/* From behind a value to the next element or the name of the next member. false: there is none, and
 * *at is behind the closing bracket. */
bool walk_more(const char **at);

/* From the opening quote of a member's name to its value. Returns the name as it stands in the
 * text, without its quotes. */
struct span walk_name(const char **at, bool *escaped);

/* From the first character of a value to behind its last. */
const char *walk_end(const char *at);

/* Steps to the next string, number, true or false of a text, at any depth; names of members are
 * passed over. *at moves behind it; it begins at the beginning of the text. false: there is no
 * further one before `end`. */
bool walk_scalar(const char **at, const char *end, struct span *value);

#endif
