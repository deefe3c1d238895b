/* splice: changes one place in the text of a data file, and no other byte.
 *
 * All functions append the new text to `out`; out->failed tells that memory ran out. `text` was
 * read by table_read, and `record` is what table_text returned. */
#ifndef SSA_SPLICE_H
#define SSA_SPLICE_H

#include "core/span.h"
#include "core/text.h"

/* Adds a record behind the last one, with the same white space before it. */
void splice_append(struct text *out, struct span text, struct span record);

/* Removes a record, with its comma. */
void splice_remove(struct text *out, struct span text, struct span record);

/* Sets the record's member `name` to this JSON value; a new member comes last. value.at NULL:
 * removes the member. */
void splice_member(struct text *out, struct span text, struct span record, const char *name,
		   struct span value);

#endif
