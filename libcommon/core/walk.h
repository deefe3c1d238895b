/* walk: steps through JSON text that scan.h has checked before. It checks nothing again and is
 * therefore several times as fast. A query looks at every record, so this counts. */
#ifndef SSA_WALK_H
#define SSA_WALK_H

#include "core/span.h"

#include <stdbool.h>

/* One member, as it stands in the text: its name without quotes, its value with them. */
struct walk_member {
	struct span name, value;
	bool escaped; /* the name has escapes */
};

/* The first member of the object, and the member after another. false: there is none. */
bool walk_first(struct span object, struct walk_member *m);
bool walk_next(struct walk_member *m);

/* Steps to the next string, number, true or false of a text, at any depth; names of members are
 * passed over. *at moves behind it; it begins at the beginning of the text. false: there is no
 * further one before `end`. */
bool walk_scalar(const char **at, const char *end, struct span *value);

#endif
