#include "chosen.h"
#include "data/decimal.h"
#include "data/selection.h"
#include "http/query.h"

#include <stdlib.h>

long long chosen_next_id(const struct table *t)
{
	long long highest = 0, id;

	for (size_t i = 0; i < t->count; i++)
		if (json_integer(table_key(t, i), &id) && id > highest)
			highest = id;
	return highest + 1;
}

struct chosen chosen_by_ids(struct table *t, char *const ids[])
{
	struct chosen to = {.places = ctl_allocate(t->count, sizeof *to.places)};
	bool *wanted = ctl_allocate(t->count, sizeof *wanted);

	for (; *ids != NULL; ids++) {
		struct table_search s;
		bool found = false;
		if (!decimal_is(span_of(*ids)))
			ctl_end(CTL_USAGE, "an id must be a number: %s", *ids);
		table_search(&s, t, span_of(*ids));
		for (size_t i; (i = table_next(&s)) < t->count; found = true)
			wanted[i] = true;
		if (!found)
			ctl_end(CTL_NO, "no machine has the id %s", *ids);
	}
	for (size_t i = 0; i < t->count; i++)
		if (wanted[i])
			to.places[to.count++] = (uint32_t)i;
	free(wanted);
	return to;
}

struct chosen chosen_by_query(const struct table *t, const char *query, bool for_change)
{
	struct chosen to = {.places = ctl_allocate(t->count, sizeof *to.places)};
	struct query *q = ctl_allocate(1, sizeof *q);
	char why[QUERY_WHY_SIZE];
	size_t total;

	for (; to.count < t->count; to.count++)
		to.places[to.count] = (uint32_t)to.count;
	query += *query == '?'; /* as it stands in an address */
	if (!query_read(q, query, why))
		ctl_end(CTL_USAGE, "the query: %s", why);
	const struct selection *s = &q->selection;
	if (for_change && s->condition_count == 0 && s->text.len == 0 && s->start == 0 &&
	    s->end == SIZE_MAX)
		ctl_end(CTL_USAGE, "--where has no condition");
	switch (selection_apply(s, t, to.places, &to.count, &total)) {
	case SELECTION_FINE:
		break;
	case SELECTION_NO_MEMORY:
		ctl_end(CTL_FAILED, "out of memory");
	case SELECTION_TOO_MUCH:
		ctl_end(CTL_USAGE, "the query examines too much text");
	}
	free(q);
	return to;
}
