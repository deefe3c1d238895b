/* malformed: tells the person who made a file why it is no array of records, and what to do. */
#ifndef SSA_MALFORMED_H
#define SSA_MALFORMED_H

#include <stddef.h>

enum { MALFORMED_WHY_SIZE = 160 };

/* text[0..len) is no JSON array. `key` is the first field of a record. The words repeat nothing of
 * the text but one name, and that only if it is a plain word. */
void malformed_tell(const char *text, size_t len, const char *key,
		    char why[static MALFORMED_WHY_SIZE]);

#endif
