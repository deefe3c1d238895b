/* splice: changes one place in the text of a data file, and no other byte.
 *
 * All functions append the new text to `out`; out->failed tells that memory ran out. The texts were
 * checked by table_read or scan.h. */
#ifndef SSA_SPLICE_H
#define SSA_SPLICE_H

#include "core/span.h"
#include "core/text.h"

/* Adds an element behind the last one of an array, with the same white space before it. */
void splice_append(struct text *out, struct span text, struct span element);

/* Copies what is between `from` and an element or a member, and leaves that out with its comma.
 * Returns from where the copy goes on. `out` begins with the array or the object, which ends before
 * `end`. */
const char *splice_skip(struct text *out, const char *from, struct span element, const char *end);

/* Finds a member by its name, which may not be escaped. false: no member has it. */
struct splice_found {
	const char *at; /* where its name begins */
	struct span value;
	bool again; /* another member has the name */
};
bool splice_find(struct span object, struct span name, struct splice_found *found);

/* Sets a member to this JSON value; a new member comes last. value.at NULL: removes it. */
void splice_member(struct text *out, struct span object, const char *name, struct span value);

#endif
