/* walk: steps through the members of an object whose text scan.h has checked before. It checks
 * nothing again, and so is several times as fast: a query looks at every record. */
#ifndef SSA_WALK_H
#define SSA_WALK_H

#include "core/scan.h"

#include <stdbool.h>

/* One member, as it stands in the text: its name without quotes, its value with them. */
struct walk_member {
	struct span name, value;
};

/* The first member of the object, and the member after another. false: there is none. */
bool walk_first(struct span object, struct walk_member *m);
bool walk_next(struct walk_member *m);

/* The next string that is no member's name, number, true or false in a text, at any depth. *at moves
 * behind it; begin with the text's own beginning. false: there is none before `end`. */
bool walk_scalar(const char **at, const char *end, struct span *value);

#endif
