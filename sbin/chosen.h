/* chosen: the machines that a command is about, named by their ids or by a query of the API. */
#ifndef SSA_CHOSEN_H
#define SSA_CHOSEN_H

#include "data/table.h"
#include "ssactl.h"

#include <stdint.h>

struct chosen {
	uint32_t *places; /* in the table */
	size_t count;
};

/* Each machine whose id is one of these numbers, by value (1e2 is 100), in the order of the file.
 * CTL_NO, CTL_USAGE: an id has no machine, or is no number, which was said. chosen_free must follow
 * always. */
enum exit_code chosen_by_ids(struct chosen *to, const struct table *t, char *const ids[]);

/* As GET /api/info?QUERY, in its order. CTL_USAGE: the query is wrong, which was said. */
enum exit_code chosen_by_query(struct chosen *to, const struct table *t, const char *query);

/* The id of a machine, as written. */
struct span chosen_key(const struct table *t, size_t i);

/* The highest id plus one. Ids that are no integers of at most 18 digits do not count. */
long long chosen_next_id(const struct table *t);

/* Brings the places into the order of the file. */
void chosen_sort(struct chosen *to);

void chosen_free(struct chosen *to);

#endif
