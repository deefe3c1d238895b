/* plain_query: queries as query.c and selection.c understand them, written once more in the
 * simplest way, over a table that is known as a list of values. Only tests/fuzz/query.c uses it. */
#ifndef FUZZ_PLAIN_QUERY_H
#define FUZZ_PLAIN_QUERY_H

#include <stdbool.h>

/* The table as a JSON array of PLAIN_RECORDS records, whose ids are 1 to PLAIN_RECORDS. */
extern const char plain_text[];
enum { PLAIN_RECORDS = 8 };

/* Reads a query. false: it must be refused. */
bool plain_read(const char *query);

/* What the query that was read last selects from these ids, in its order. *total is the number
 * before the slice. Returns how many stand in `out`. */
int plain_select(const int *ids, int count, int out[PLAIN_RECORDS], int *total);

#endif
