#include "data/machines.h"
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

/* The places in the table of the machines that were found. */
struct places {
	uint32_t *at;
	size_t count, capacity;
	bool failed;
};

bool machines_open(struct machines *m, const char *data_dir, bool resident)
{
	return records_open(&m->records, &machines_kind, data_dir, resident);
}

void machines_close(struct machines *m)
{
	records_close(&m->records);
}

bool machines_refresh(struct machines *m)
{
	return records_refresh(&m->records);
}

static void note_place(void *context, size_t i)
{
	struct places *p = context;

	if (p->count == p->capacity) {
		size_t capacity = p->capacity ? p->capacity * 2 : 16;
		uint32_t *at = realloc(p->at, capacity * sizeof *at);
		if (at == NULL) {
			p->failed = true;
			return;
		}
		p->at = at;
		p->capacity = capacity;
	}
	p->at[p->count++] = (uint32_t)i;
}

static int by_place(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

/* The list was checked when users.json was read. If it cannot be scanned to its end all the same,
 * the scan ends early. Then the user sees fewer machines, never more. */
static void find_list(struct machines *m, struct span ids, struct places *p)
{
	struct scan s;
	struct span id;

	scan_begin(&s, ids.at, ids.len, SCAN_DEPTH_MAX - 1);
	scan_enter(&s, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &id))
		if (*id.at == '-' || (*id.at >= '0' && *id.at <= '9'))
			table_each(&m->records.table, id.at, id.len, note_place, p);
	if (p->count > 1)
		qsort(p->at, p->count, sizeof *p->at, by_place);
	/* An id that is listed twice is one machine. */
	size_t kept = 0;
	for (size_t i = 0; i < p->count; i++)
		if (i == 0 || p->at[i] != p->at[i - 1])
			p->at[kept++] = p->at[i];
	p->count = kept;
}

static bool is_all(struct grant grant)
{
	return grant.of_user.at == NULL && grant.of_token.at == NULL;
}

/* Keeps those places that are in both lists. */
static void intersect(struct places *p, const struct places *other)
{
	size_t kept = 0, k = 0;

	for (size_t i = 0; i < p->count; i++) {
		while (k < other->count && other->at[k] < p->at[i])
			k++;
		if (k < other->count && other->at[k] == p->at[i])
			p->at[kept++] = p->at[i];
	}
	p->count = kept;
	p->failed = p->failed || other->failed;
}

/* There is one list at least. */
static void find_places(struct machines *m, struct grant grant, struct places *p)
{
	struct places other = {0};

	find_list(m, grant.of_user.at != NULL ? grant.of_user : grant.of_token, p);
	if (grant.of_user.at == NULL || grant.of_token.at == NULL)
		return;
	find_list(m, grant.of_token, &other);
	intersect(p, &other);
	free(other.at);
}

static void all_places(const struct machines *m, struct places *p)
{
	size_t count = m->records.table.count;

	p->at = malloc((count + 1) * sizeof *p->at);
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

/* The place among the first `count` places, or among all if there is no list of them. `count`: no
 * machine has this number. */
static size_t find_number(const struct machines *m, const uint32_t *places, size_t count,
			  struct span number)
{
	const struct table *t = &m->records.table;
	struct decimal asked = decimal_read(number);
	long long small, key_small;
	bool is_small = json_integer(number, &small);

	for (size_t i = 0; i < count; i++) {
		const struct table_record *r = &t->list[places != NULL ? places[i] : i];
		struct span key = {t->text + r->key_at, r->key_len};
		bool integers = is_small && json_integer(key, &key_small);
		struct decimal d;
		if (!integers)
			d = decimal_read(key);
		if (integers ? key_small == small : decimal_order(&d, &asked) == 0)
			return i;
	}
	return count;
}

enum machines_found machines_find(struct machines *m, struct grant grant, struct span number,
				  struct span *record)
{
	struct places p = {.count = m->records.table.count};

	if (!decimal_is(number))
		return MACHINES_NONE;
	if (!is_all(grant)) {
		p.count = 0;
		find_places(m, grant, &p);
	}
	size_t i = find_number(m, p.at, p.count, number);
	bool found = !p.failed && i < p.count;
	if (found)
		*record = records_text(&m->records, p.at != NULL ? p.at[i] : i);
	free(p.at);
	return p.failed ? MACHINES_NO_MEMORY : found ? MACHINES_FOUND : MACHINES_NONE;
}

static void write_record(const struct machines *m, size_t i, bool first, struct text *out)
{
	struct span record = records_text(&m->records, i);

	if (!first)
		text_add(out, ",", 1);
	text_add(out, record.at, record.len);
}

static bool write_places(const struct machines *m, struct places *p, struct text *out)
{
	text_add(out, "[", 1);
	for (size_t i = 0; i < p->count; i++)
		write_record(m, p->at[i], i == 0, out);
	text_add(out, "]", 1);
	free(p->at);
	return !p->failed && !out->failed;
}

bool machines_write(struct machines *m, struct grant grant, struct text *out)
{
	struct places p = {0};

	if (!is_all(grant)) {
		find_places(m, grant, &p);
		return write_places(m, &p, out);
	}
	text_add(out, "[", 1);
	for (size_t i = 0; i < m->records.table.count; i++)
		write_record(m, i, i == 0, out);
	text_add(out, "]", 1);
	return !out->failed;
}

enum selection_result machines_write_selected(struct machines *m, struct grant grant,
					      const struct selection *s, struct text *out,
					      size_t *total)
{
	enum selection_result result = SELECTION_NO_MEMORY;
	struct places p = {0};

	if (!is_all(grant))
		find_places(m, grant, &p);
	else
		all_places(m, &p);
	if (!p.failed)
		result = selection_apply(s, &m->records.table, p.at, &p.count, total);
	if (result != SELECTION_FINE)
		p.count = 0;
	return write_places(m, &p, out) || result != SELECTION_FINE ? result : SELECTION_NO_MEMORY;
}
