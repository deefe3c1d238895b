/* The command machine import: records of CSV or JSON become machines. */
#include "assign.h"
#include "change.h"
#include "chosen.h"
#include "command.h"
#include "core/json.h"
#include "data/decimal.h"
#include "data/machines.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The value by which a machine is found. */
struct key {
	struct span value; /* a text, or JSON as written; at NULL: there is no text or number */
	bool is_json;
	bool number;  /* it is compared by its value, and not by its bytes */
	size_t place; /* in the table, or in the source */
};

static struct key make_key(struct span value, bool is_json, size_t place)
{
	struct key k = {.is_json = is_json, .place = place};

	if (value.at == NULL)
		return k;
	struct span number = is_json ? value : span_trim(value, " \t");
	k.number = decimal_is(number);
	if (k.number || !is_json || *value.at == '"')
		k.value = k.number ? number : value;
	return k;
}

static void add_text(struct text *out, const struct key *k)
{
	if (k->is_json && *k->value.at == '"')
		json_append(out, (struct span){k->value.at + 1, k->value.len - 2});
	else
		text_add(out, k->value.at, k->value.len);
}

/* Those that are not there are equal, and behind all others. */
static int order(const struct key *a, const struct key *b)
{
	struct text x = {0}, y = {0};

	if (a->value.at == NULL || b->value.at == NULL)
		return (a->value.at == NULL) - (b->value.at == NULL);
	if (a->number && b->number)
		return decimal_compare(a->value, b->value);
	if (a->number != b->number)
		return a->number ? -1 : 1;
	add_text(&x, a);
	add_text(&y, b);
	int result = span_order(ctl_text(&x), ctl_text(&y));
	text_free(&x);
	text_free(&y);
	return result;
}

/* Equal keys stay in the order of their places. */
static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int result = order(x, y);

	return result != 0 ? result : (x->place > y->place) - (x->place < y->place);
}

/* The keys of all machines, sorted. The caller frees them. */
static struct key *keys_of(const struct table *t, const char *field)
{
	struct key *keys = ctl_allocate(t->count, sizeof *keys);
	struct span value;

	for (size_t i = 0; i < t->count; i++) {
		bool there = assign_find(table_text(t, i), span_of(field), &value);
		keys[i] = make_key(there ? value : (struct span){NULL, 0}, true, i);
	}
	qsort(keys, t->count, sizeof *keys, by_key);
	return keys;
}

static const struct key *find(const struct key *sorted, size_t count, const struct key *wanted)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (order(&sorted[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && order(&sorted[low], wanted) == 0 ? &sorted[low] : NULL;
}

/* The first key that equals the wanted one. NULL: no key does. A text from CSV that reads as a
 * number is looked for as a number first, and then as a text. */
static const struct key *find_key(const struct key *sorted, size_t count, const struct key *wanted)
{
	struct key text = *wanted;

	if (wanted->value.at == NULL)
		return NULL;
	const struct key *k = find(sorted, count, wanted);
	text.number = false;
	return k == NULL && wanted->number && !wanted->is_json ? find(sorted, count, &text) : k;
}

struct import {
	struct ctl *c;
	struct change h;
	struct source source;
	const char *key;     /* the name of the field that identifies a machine */
	struct key *present; /* of the machines, sorted */
	bool *seen;          /* of the machines: the source has it */
	long long next_id;
	size_t skipped;
};

static struct key key_of_row(const struct import *in, size_t row)
{
	const struct row *r = &in->source.rows[row];

	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->cells[i].name, in->key) == 0)
			return make_key(r->cells[i].value, r->cells[i].is_json, row);
	return make_key((struct span){NULL, 0}, false, row);
}

/* A row without a key, or with one that an earlier row has, is not used. */
static void check_keys(struct import *in)
{
	size_t count = in->source.count, lacking = count == 0;
	struct key *keys = ctl_allocate(count, sizeof *keys);

	for (size_t i = 0; i < count; i++) {
		keys[i] = key_of_row(in, i);
		lacking += keys[i].value.at == NULL;
	}
	if (lacking > 0 && in->c->prune)
		ctl_end(CTL_NO,
			"--prune needs records that all have the field \"%s\"; "
			"nothing was changed",
			in->key);
	qsort(keys, count, sizeof *keys, by_key);
	for (size_t i = 0; i < count; i++) {
		struct row *r = &in->source.rows[keys[i].place];
		if (r->fault != NULL)
			continue;
		if (keys[i].value.at == NULL)
			r->fault = "it lacks the field of --key";
		else if (i > 0 && keys[i - 1].value.at != NULL &&
			 order(&keys[i], &keys[i - 1]) == 0)
			r->fault = "an earlier record has the same key";
	}
	free(keys);
}

static void add_fault(struct text *faults, const char *why)
{
	text_string(faults, faults->len > 0 ? ", " : "");
	text_string(faults, why);
}

/* Sets the members of a row, and the defaults that the record lacks. `faults`: all that is wrong
 * with the record. */
static void merge(struct import *in, const struct row *r, bool known, struct assign *a,
		  struct text *faults)
{
	struct span old;

	for (size_t i = 0; i < r->count; i++) {
		const struct cell *cell = &r->cells[i];
		struct span name = span_of(cell->name);
		if (known && strcmp(cell->name, in->key) == 0)
			continue; /* the same value; it stays as it is written: 100, not 1e2 */
		if (!(cell->is_json ? assign_json(a, name, false, cell->value)
				    : assign_text(a, name, cell->value.at)))
			add_fault(faults, a->why);
	}
	for (char **d = in->c->values; *d != NULL; d++)
		if (!assign_find(assign_record(a), assign_name(*d), &old) && !assign_word(a, *d))
			add_fault(faults, a->why);
	if (!assign_is_good(a))
		add_fault(faults, a->why);
}

static void skip(struct import *in, const struct row *r, const char *why)
{
	ctl_say("skipped: %s %zu: %s", in->source.csv ? "line" : "record", r->line, why);
	in->skipped++;
}

static void import_row(struct import *in, const struct row *r)
{
	struct key key = key_of_row(in, (size_t)(r - in->source.rows));
	const struct key *end = in->present + in->h.table.count;
	const struct key *known = find_key(in->present, in->h.table.count, &key);
	size_t place = known != NULL ? known->place : 0;
	const char *fault = r->fault;
	struct assign a = {.kind = &machines_kind};
	struct text faults = {0};
	struct span id;
	long long number;

	/* What the source has is not pruned, even if it is skipped. */
	for (const struct key *k = known; k != NULL && k < end && order(k, known) == 0; k++) {
		in->seen[k->place] = true;
		if (k > known && fault == NULL)
			fault = "several machines have its key";
	}
	if (fault != NULL) {
		skip(in, r, fault);
		return;
	}
	if (known != NULL) {
		struct span old = table_text(&in->h.table, place);
		text_add(&a.record, old.at, old.len);
	} else {
		text_string(&a.record, "{\"id\": ");
		text_number(&a.record, in->next_id);
		text_string(&a.record, "}");
	}
	ctl_text(&a.record);
	merge(in, r, known != NULL, &a, &faults);
	if (faults.len > 0) {
		text_add(&faults, "", 1);
		skip(in, r, ctl_text(&faults).at);
		text_free(&a.record);
	} else if (known != NULL) {
		change_put(&in->h, place, a.record);
	} else {
		if (assign_find(assign_record(&a), span_of("id"), &id) &&
		    json_integer(id, &number) && number >= in->next_id)
			in->next_id = number + 1;
		change_add(&in->h, a.record);
	}
	text_free(&faults);
}

static void import(struct import *in)
{
	size_t count = in->h.table.count;

	in->present = keys_of(&in->h.table, in->key);
	in->seen = ctl_allocate(count, sizeof *in->seen);
	in->next_id = chosen_next_id(&in->h.table);
	check_keys(in);
	for (size_t i = 0; i < in->source.count; i++)
		import_row(in, &in->source.rows[i]);
	for (size_t i = 0; i < count && in->c->prune; i++)
		if (!in->seen[i])
			change_drop(&in->h, i);
	free(in->present);
	free(in->seen);
}

static enum exit_code run(struct ctl *c)
{
	struct import in = {.c = c, .key = c->key ? c->key : "id"};
	bool csv = strcmp(c->from, "csv") == 0;

	if (!csv && strcmp(c->from, "json") != 0)
		ctl_end(CTL_USAGE, "--from must be csv or json");
	for (char **d = c->values; *d != NULL; d++)
		if (strchr(*d, '=') == NULL)
			ctl_end(CTL_USAGE, "--default needs field=text or field:=JSON");
	source_read(&in.source, c->args[0], csv);
	change_begin(&in.h, c, &machines_kind);
	import(&in);
	change_finish(&in.h);
	printf("%zu changed, %zu added, %zu removed, %zu skipped%s\n", in.h.puts, in.h.additions,
	       in.h.drops, in.skipped, c->dry_run ? " (--dry-run)" : "");
	source_free(&in.source);
	return in.skipped > 0 ? CTL_NO : CTL_DONE;
}

const struct command cmd_machine_import[] = {
    {"machine import", "[FILE]", "import machines from a file or stdin", 0, 1,
     FROM | KEY | DEFAULT | PRUNE | DRY_RUN, FILES, run},
    {0},
};
