/* splice: changes one place in the text of a data file (see table.h), and no other byte of it.
 *
 * All functions write the new text to the end of `out`. The texts that they get were read by
 * table_read, and a `record` is what table_text returned. out->failed tells that memory ran out. */
#ifndef SSA_SPLICE_H
#define SSA_SPLICE_H

#include "core/span.h"
#include "core/text.h"

/* Adds a record behind the last one, with the white space that stands before that one. */
void splice_append(struct text *out, struct span text, struct span record);

/* Removes a record, with its comma. */
void splice_remove(struct text *out, struct span text, struct span record);

/* Gives the record's member `name` this value, which is JSON. A member that is not there is added
 * behind the others. value.at NULL: removes the member. */
void splice_member(struct text *out, struct span text, struct span record, const char *name,
		   struct span value);

#endif
