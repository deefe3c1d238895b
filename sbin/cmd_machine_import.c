/* The command machine import: records of CSV or JSON become machines. */
#include "assign.h"
#include "change.h"
#include "chosen.h"
#include "command.h"
#include "core/json.h"
#include "data/machines.h"
#include "match.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
			return match_key(r->cells[i].value, r->cells[i].is_json, row);
	return match_key((struct span){NULL, 0}, false, row);
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
	qsort(keys, count, sizeof *keys, match_by_key);
	for (size_t i = 0; i < count; i++) {
		struct row *r = &in->source.rows[keys[i].place];
		if (r->fault != NULL)
			continue;
		if (keys[i].value.at == NULL)
			r->fault = "it lacks the field of --key";
		else if (i > 0 && keys[i - 1].value.at != NULL &&
			 match_order(&keys[i], &keys[i - 1]) == 0)
			r->fault = "an earlier record has the same key";
	}
	free(keys);
}

static void add_fault(struct text *faults, const char *why)
{
	text_string(faults, faults->len > 0 ? ", " : "");
	text_string(faults, why);
}

static void replace(struct text *record, struct text next)
{
	text_free(record);
	*record = next;
}

/* Sets the members of a row, and the defaults that the record lacks. `faults`: all that is wrong
 * with the record. */
static void merge(struct import *in, const struct row *r, bool known, struct text *record,
		  struct text *faults)
{
	char why[ASSIGN_WHY_SIZE];
	struct span old;

	for (size_t i = 0; i < r->count; i++) {
		const struct cell *cell = &r->cells[i];
		struct span now = ctl_text(record);
		struct text next = {0};
		bool done;
		if (known && strcmp(cell->name, in->key) == 0)
			continue; /* the same value; it stays as it is written: 100, not 1e2 */
		if (cell->is_json)
			done = assign_json(&next, &machines_kind, now, span_of(cell->name), false,
					   cell->value, why);
		else
			done = assign_text(&next, &machines_kind, now, span_of(cell->name),
					   cell->value.at, why);
		if (done)
			replace(record, next);
		else
			add_fault(faults, why);
	}
	for (char **d = in->c->values; *d != NULL; d++) {
		struct text next = {0};
		size_t name = strcspn(*d, "=");
		name -= name > 0 && (*d)[name - 1] == ':';
		if (assign_find(ctl_text(record), (struct span){*d, name}, &old))
			continue;
		if (assign_word(&next, &machines_kind, ctl_text(record), *d, why))
			replace(record, next);
		else
			add_fault(faults, why);
	}
	if (assign_faults(&machines_kind, ctl_text(record), why))
		add_fault(faults, why);
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
	const struct key *known = match_find(in->present, in->h.table.count, &key);
	size_t place = known != NULL ? known->place : 0;
	const char *fault = r->fault;
	struct text record = {0}, faults = {0};
	struct span id;
	long long number;

	/* What the source has is not pruned, even if it is skipped. */
	for (const struct key *k = known; k != NULL && k < end && match_order(k, known) == 0; k++) {
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
		text_add(&record, old.at, old.len);
	} else {
		text_string(&record, "{\"id\": ");
		text_number(&record, in->next_id);
		text_string(&record, "}");
	}
	merge(in, r, known != NULL, &record, &faults);
	if (faults.len > 0) {
		text_add(&faults, "", 1);
		skip(in, r, ctl_text(&faults).at);
		text_free(&record);
	} else if (known != NULL) {
		change_put(&in->h, place, record);
	} else {
		if (assign_find(ctl_text(&record), span_of("id"), &id) &&
		    json_integer(id, &number) && number >= in->next_id)
			in->next_id = number + 1;
		change_add(&in->h, record);
	}
	text_free(&faults);
}

static void import(struct import *in)
{
	size_t count = in->h.table.count;

	in->present = match_table(&in->h.table, in->key);
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
