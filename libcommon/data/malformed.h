/* malformed: why a text is no array of records, in words for the person who made it, with what to
 * do. */
#ifndef SSA_MALFORMED_H
#define SSA_MALFORMED_H

#include <stddef.h>

enum { MALFORMED_WHY_SIZE = 160 };

/* text[0..len) is no JSON array. `key` is the first field of a record. The words have at most one
 * name from the text, and that only if it is a plain word. */
void malformed_tell(const char *text, size_t len, const char *key,
		    char why[static MALFORMED_WHY_SIZE]);

#endif
