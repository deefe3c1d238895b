#include "data/machines.h"
#include "core/array.h"
#include "data/decimal.h"

#include <stdlib.h>
#include <string.h>

const struct table_kind machines_kind = {
    .name = "machines",
    .file_name = "machines.json",
    .fields = {JSON_FIELD("id", JSON_NUMBER), JSON_FIELD("cpus", JSON_NUMBER),
	       JSON_FIELD("mem", JSON_NUMBER), JSON_FIELD("status", JSON_STRING),
	       JSON_FIELD("GPU", JSON_STRING), JSON_FIELD("ip", JSON_STRING)},
    .count = 6,
    .required = 6,
};

bool machines_open(struct machines *m, const char *data_dir, bool resident)
{
	return records_open(&m->records, &machines_kind, data_dir, resident);
}

/* The places in the table of the machines of a grant. */
struct places {
	uint32_t *at;
	size_t count, capacity;
	bool failed; /* no memory */
};

static bool is_all(struct grant grant)
{
	return grant.of_user.at == NULL && grant.of_token.at == NULL;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Adds what one list has: for each machine its place times 2, plus the number of the list.
 *
 * The list was checked when users.json was read. If a scan failed here, the user would see fewer
 * machines, never more. */
static void add_list(struct machines *m, struct span list, uint32_t number, struct places *p)
{
	struct table *t = &m->records.table;
	struct table_search search;
	struct scan s;
	struct span id;
	size_t i;

	scan_into(&s, list, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &id)) {
		table_search(&search, t, id);
		while ((i = table_next(&search)) < t->count) {
			uint32_t *at = array_grow(p->at, p->count, &p->capacity, sizeof *at);
			if (at == NULL) {
				p->failed = true;
				return;
			}
			p->at = at;
			at[p->count++] = (uint32_t)i * 2 + number;
		}
	}
}

/* Finds the machines that each list has, once, in the order of the file. */
static void find_places(struct machines *m, struct grant grant, struct places *p)
{
	const struct span lists[] = {grant.of_user, grant.of_token};
	unsigned wanted = 0, seen = 0;
	size_t kept = 0;

	*p = (struct places){0};
	for (uint32_t i = 0; i < 2; i++)
		if (lists[i].at != NULL) {
			wanted |= 1U << i;
			add_list(m, lists[i], i, p);
		}
	if (p->count > 1)
		qsort(p->at, p->count, sizeof *p->at, by_number);
	for (size_t i = 0; i < p->count; i++) {
		uint32_t place = p->at[i] / 2;
		seen |= 1U << p->at[i] % 2;
		if (i + 1 < p->count && p->at[i + 1] / 2 == place)
			continue;
		if (seen == wanted)
			p->at[kept++] = place;
		seen = 0;
	}
	p->count = kept;
}

static void all_places(const struct machines *m, struct places *p)
{
	size_t count = m->records.table.count;

	*p = (struct places){.at = malloc((count + 1) * sizeof *p->at)};
	p->failed = p->at == NULL;
	for (; !p->failed && p->count < count; p->count++)
		p->at[p->count] = (uint32_t)p->count;
}

const char *machines_digest(struct machines *m)
{
	struct span text = {m->records.table.text, m->records.len};

	if (m->digest_of != m->records.generation)
		crypto_digest_spans(m->digest, &text, 1);
	m->digest_of = m->records.generation;
	return m->digest;
}

/* Whether a list has an id. */
static bool has_id(struct span list, struct span number)
{
	struct span id;
	struct scan s;

	scan_into(&s, list, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &id))
		if (decimal_is(id) && decimal_compare(id, number) == 0)
			return true;
	return false;
}

bool machines_find(struct machines *m, struct grant grant, struct span number, struct span *record)
{
	struct table *t = &m->records.table;
	size_t i = decimal_is(number) &&
			   (grant.of_user.at == NULL || has_id(grant.of_user, number)) &&
			   (grant.of_token.at == NULL || has_id(grant.of_token, number))
		       ? table_find(t, number)
		       : t->count;

	if (i < t->count)
		*record = table_text(t, i);
	return i < t->count;
}

/* `places` NULL: the first `count` records of the file. */
static void write_places(const struct machines *m, const uint32_t *places, size_t count,
			 struct text *out)
{
	text_add(out, "[", 1);
	for (size_t i = 0; i < count; i++) {
		struct span record = table_text(&m->records.table, places != NULL ? places[i] : i);
		if (i > 0)
			text_add(out, ",", 1);
		text_add(out, record.at, record.len);
	}
	text_add(out, "]", 1);
}

bool machines_write(struct machines *m, struct grant grant, struct text *out)
{
	struct places p = {.count = m->records.table.count};

	if (!is_all(grant))
		find_places(m, grant, &p);
	write_places(m, p.at, p.count, out);
	free(p.at);
	return !p.failed && !out->failed;
}

enum selection_result machines_write_selected(struct machines *m, struct grant grant,
					      const struct selection *s, struct text *out,
					      size_t *total)
{
	enum selection_result result = SELECTION_NO_MEMORY;
	struct places p;

	if (!is_all(grant))
		find_places(m, grant, &p);
	else
		all_places(m, &p);
	if (!p.failed)
		result = selection_apply(s, &m->records.table, p.at, &p.count, total);
	if (result == SELECTION_FINE)
		write_places(m, p.at, p.count, out);
	free(p.at);
	return out->failed ? SELECTION_NO_MEMORY : result;
}
