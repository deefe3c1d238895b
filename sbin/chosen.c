#include "chosen.h"
#include "data/decimal.h"
#include "data/selection.h"
#include "http/query.h"

#include <stdlib.h>
#include <string.h>

static bool prepare(struct chosen *to, const struct table *t)
{
	*to = (struct chosen){.places = malloc((t->count + 1) * sizeof *to->places)};
	return to->places != NULL;
}

static int by_place(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

void chosen_sort(struct chosen *to)
{
	if (to->count > 1)
		qsort(to->places, to->count, sizeof *to->places, by_place);
}

struct span chosen_key(const struct table *t, size_t i)
{
	return (struct span){t->text + t->list[i].key_at, t->list[i].key_len};
}

long long chosen_next_id(const struct table *t)
{
	long long highest = 0, id;

	for (size_t i = 0; i < t->count; i++)
		if (json_integer(chosen_key(t, i), &id) && id > highest)
			highest = id;
	return highest + 1;
}

enum exit_code chosen_by_ids(struct chosen *to, const struct table *t, char *const ids[])
{
	if (!prepare(to, t))
		return ctl_say(CTL_FAILED, "out of memory");
	for (; *ids != NULL; ids++) {
		struct span id = span_of(*ids);
		bool found = false;
		if (!decimal_is(id))
			return ctl_say(CTL_USAGE, "not an id, which is a number: %s", *ids);
		for (size_t i = 0; i < t->count; i++) {
			if (decimal_compare(chosen_key(t, i), id) != 0)
				continue;
			found = true;
			size_t k = 0;
			while (k < to->count && to->places[k] != i)
				k++;
			if (k == to->count)
				to->places[to->count++] = (uint32_t)i;
		}
		if (!found)
			return ctl_say(CTL_NO, "no machine has the id %s", *ids);
	}
	chosen_sort(to);
	return CTL_DONE;
}

enum exit_code chosen_by_query(struct chosen *to, const struct table *t, const char *query)
{
	struct query *q = malloc(sizeof *q);
	char why[QUERY_WHY_SIZE];
	enum exit_code code = CTL_DONE;
	size_t total;

	if (!prepare(to, t) || q == NULL) {
		free(q);
		return ctl_say(CTL_FAILED, "out of memory");
	}
	for (; to->count < t->count; to->count++)
		to->places[to->count] = (uint32_t)to->count;
	query += *query == '?'; /* as it stands in an address */
	if (!query_read(q, query, why))
		code = ctl_say(CTL_USAGE, "the query: %s", why);
	else
		switch (selection_apply(&q->selection, t, to->places, &to->count, &total)) {
		case SELECTION_FINE:
			break;
		case SELECTION_NO_MEMORY:
			code = ctl_say(CTL_FAILED, "out of memory");
			break;
		case SELECTION_TOO_MUCH:
			code = ctl_say(CTL_USAGE, "the query examines too much text");
			break;
		}
	free(q);
	return code;
}

void chosen_free(struct chosen *to)
{
	free(to->places);
	to->places = NULL;
	to->count = 0;
}
