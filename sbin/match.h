/* match: finds the machine that a record of an import is about, by the value of one field. */
#ifndef SSA_MATCH_H
#define SSA_MATCH_H

#include "data/table.h"

/* The value of that field. */
struct key {
	struct span value; /* a text, or JSON as written; at NULL: there is no text or number */
	bool is_json;
	bool number;  /* it is compared by its value, and not by its bytes */
	size_t place; /* in the table, or in the source */
};

struct key match_key(struct span value, bool is_json, size_t place);

/* Those that are not there are equal, and behind all others. */
int match_order(const struct key *a, const struct key *b);

/* For qsort: equal keys stay in the order of their places. */
int match_by_key(const void *a, const void *b);

/* The keys of all records of a table, sorted. The caller frees them. */
struct key *match_table(const struct table *t, const char *field);

/* The first of the equal keys that are wanted; NULL: there is none. A text from CSV that reads as a
 * number is looked for as a number first, and then as a text. */
const struct key *match_find(const struct key *sorted, size_t count, const struct key *wanted);

#endif
