/* chosen: the machines that a command is about, named by their ids or by a query of the API. What
 * cannot be found or understood ends the program. */
#ifndef SSA_CHOSEN_H
#define SSA_CHOSEN_H

#include "ctl.h"
#include "data/table.h"

#include <stdint.h>

/* The caller frees `places`. */
struct chosen {
	uint32_t *places; /* in the table */
	size_t count;
};

/* Each machine whose id is one of these numbers, by value (1e2 is 100), in the order of the file.
 * Each id must have a machine. */
struct chosen chosen_by_ids(struct table *t, char *const ids[]);

/* As GET /api/info?QUERY, in its order. `for_change`: it must say which machines it means. */
struct chosen chosen_by_query(const struct table *t, const char *query, bool for_change);

/* The highest id plus one. Ids that are no integers of at most 18 digits do not count. */
long long chosen_next_id(const struct table *t);

#endif
