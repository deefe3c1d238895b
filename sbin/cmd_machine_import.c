/* The command machine import: records of CSV or JSON become machines. */
#include "assign.h"
#include "change.h"
#include "chosen.h"
#include "core/json.h"
#include "data/machines.h"
#include "data/splice.h"
#include "match.h"
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct import {
	struct ctl *c;
	struct change h;
	struct source source;
	const char *key;  /* the name of that field */
	char **defaults;  /* the assignments of --default, up to a NULL */
	const char *path; /* NULL: stdin */
	bool csv;
	struct key *present;  /* of the machines, sorted */
	bool *seen;           /* of the machines: the source has it */
	struct text *changed; /* of the machines: the new record; at NULL: it stays */
	struct text added;    /* new records, with commas */
	long long next_id;
	size_t changes, additions, removals, skipped;
};

static struct key key_of_row(const struct import *in, size_t row)
{
	const struct row *r = &in->source.rows[row];
	struct key key = match_key((struct span){NULL, 0}, false, row);

	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->cells[i].name, in->key) == 0) {
			key = match_key(r->cells[i].value, r->cells[i].is_json, row);
		}
	return key;
}

/* A key that an earlier row has is a fault, too. */
static bool find_twice(struct import *in)
{
	size_t count = in->source.count;
	struct key *keys = calloc(count + 1, sizeof *keys);

	if (keys == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		keys[i] = key_of_row(in, i);
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
	return true;
}

static void skip(struct import *in, const struct row *r, const char *why)
{
	ctl_say(CTL_NO, "skipped: %s %zu: %s", in->csv ? "line" : "record", r->line, why);
	in->skipped++;
}

/* Adds a fault to the others of a record. */
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

/* Takes the members of a row, and the defaults, into the record. `faults`: all that is wrong. */
static void merge(struct import *in, const struct row *r, bool known, struct text *record,
		  struct text *faults)
{
	char why[ASSIGN_WHY_SIZE];
	struct span old;

	for (size_t i = 0; i < r->count; i++) {
		struct span now = {record->at, record->len}, name = span_of(r->cells[i].name);
		struct text next = {0};
		if (known && strcmp(name.at, in->key) == 0)
			continue; /* the same value; it stays as it is written: 100, not 1e2 */
		if (r->cells[i].is_json)
			splice_member(&next, now, now, name.at, r->cells[i].value);
		else if (!assign_text(&next, &machines_kind, now, name, r->cells[i].value.at,
				      why)) {
			add_fault(faults, why);
			continue;
		}
		replace(record, next);
	}
	for (char **d = in->defaults; *d != NULL; d++) {
		struct span now = {record->at, record->len};
		struct text next = {0};
		size_t name = strcspn(*d, "=");
		name -= name > 0 && (*d)[name - 1] == ':';
		if (assign_find(now, (struct span){*d, name}, &old))
			continue;
		if (assign_word(&next, &machines_kind, now, *d, why))
			replace(record, next);
		else
			add_fault(faults, why);
	}
	if (record->failed)
		add_fault(faults, "out of memory");
	else if (assign_faults(&machines_kind, (struct span){record->at, record->len}, why))
		add_fault(faults, why);
}

static void take_row(struct import *in, const struct row *r)
{
	struct key key = key_of_row(in, (size_t)(r - in->source.rows));
	size_t place = match_find(in->present, in->h.table.count, &key);
	bool known = place < in->h.table.count;
	struct text record = {0};
	struct text faults = {0};

	/* What the source has is not pruned, even if it is skipped. */
	if (known)
		in->seen[place] = true;
	if (r->fault != NULL) {
		skip(in, r, r->fault);
		return;
	}
	struct span old = known ? table_text(&in->h.table, place) : (struct span){NULL, 0};
	if (known) {
		text_add(&record, old.at, old.len);
	} else {
		text_string(&record, "{\"id\": ");
		text_number(&record, in->next_id);
		text_string(&record, "}");
	}
	merge(in, r, known, &record, &faults);
	struct span new = {record.at, record.len};
	if (faults.len > 0) {
		text_add(&faults, "", 1);
		skip(in, r, faults.failed ? "out of memory" : faults.at);
		text_free(&faults);
		text_free(&record);
		return;
	}
	if (known && !span_is(new, old.at, old.len)) {
		change_show(in->c, old, new);
		in->changed[place] = record;
		in->changes++;
		return;
	}
	if (!known) {
		struct span id;
		long long number;
		change_show(in->c, old, new);
		text_string(&in->added, in->added.len > 0 ? ",\n  " : "");
		text_add(&in->added, new.at, new.len);
		in->additions++;
		if (assign_find(new, span_of("id"), &id) && json_integer(id, &number) &&
		    number >= in->next_id)
			in->next_id = number + 1;
	}
	text_free(&record);
}

/* The file with the changed records, and then with the new ones. */
static enum exit_code write_changes(struct import *in)
{
	struct change *h = &in->h;
	const char *from = h->now.at;
	struct text next = {0}, last = {0};

	for (size_t i = 0; i < h->table.count; i++) {
		struct span old = table_text(&h->table, i);
		if (in->changed[i].at == NULL)
			continue;
		text_add(&next, from, (size_t)(old.at - from));
		text_add(&next, in->changed[i].at, in->changed[i].len);
		from = old.at + old.len;
	}
	text_add(&next, from, h->now.len - (size_t)(from - h->now.at));
	if (in->added.len == 0)
		return change_step(h, next);
	splice_append(&last, (struct span){next.at, next.len},
		      (struct span){in->added.at, in->added.len});
	last.failed = last.failed || next.failed || in->added.failed;
	text_free(&next);
	return change_step(h, last);
}

/* Removes the machines that the source does not have. The new records are behind them. */
static enum exit_code prune(struct import *in, size_t count)
{
	enum exit_code code = CTL_DONE;

	for (size_t i = count; i > 0 && code == CTL_DONE; i--) {
		struct text next = {0};
		if (in->seen[i - 1])
			continue;
		struct span old = table_text(&in->h.table, i - 1);
		change_show(in->c, old, (struct span){NULL, 0});
		splice_remove(&next, change_text(&in->h), old);
		code = change_step(&in->h, next);
		in->removals++;
	}
	return code;
}

/* An import must not give two machines one id. */
static enum exit_code check_ids(struct import *in, size_t ids_twice_before)
{
	struct key *ids = match_table(&in->h.table, "id");
	enum exit_code code = ids != NULL ? CTL_DONE : ctl_say(CTL_FAILED, "out of memory");
	size_t twice = 0;

	for (size_t i = 1; ids != NULL && i < in->h.table.count; i++) {
		if (match_order(&ids[i], &ids[i - 1]) != 0)
			continue;
		if (++twice > ids_twice_before)
			code = ctl_say(CTL_NO,
				       "two machines would have the id %.*s; nothing was changed",
				       (int)ids[i].value.len, ids[i].value.at);
	}
	free(ids);
	return code;
}

static size_t count_twice(struct import *in)
{
	struct key *ids = match_table(&in->h.table, "id");
	size_t twice = 0;

	for (size_t i = 1; ids != NULL && i < in->h.table.count; i++)
		twice += match_order(&ids[i], &ids[i - 1]) == 0;
	free(ids);
	return twice;
}

/* --prune removes what the source does not have. So each record must say which one it is. */
static bool can_prune(const struct import *in)
{
	bool can = in->source.count > 0;

	for (size_t i = 0; i < in->source.count && can; i++)
		can = key_of_row(in, i).value.at != NULL;
	return can;
}

static enum exit_code import(struct import *in)
{
	size_t count = in->h.table.count, twice = count_twice(in);

	in->present = match_table(&in->h.table, in->key);
	in->seen = calloc(count + 1, sizeof *in->seen);
	in->changed = calloc(count + 1, sizeof *in->changed);
	in->next_id = chosen_next_id(&in->h.table);
	if (in->present == NULL || in->seen == NULL || in->changed == NULL || !find_twice(in))
		return ctl_say(CTL_FAILED, "out of memory");
	if (in->c->prune && !can_prune(in))
		return ctl_say(CTL_NO,
			       "--prune needs records that all have the field \"%s\"; "
			       "nothing was changed",
			       in->key);
	for (size_t i = 0; i < in->source.count; i++)
		take_row(in, &in->source.rows[i]);
	enum exit_code code = write_changes(in);
	if (code == CTL_DONE && in->c->prune)
		code = prune(in, count);
	if (code == CTL_DONE)
		code = check_ids(in, twice);
	if (code == CTL_DONE && !in->c->dry_run)
		code = change_commit(&in->h);
	for (size_t i = 0; i < count; i++)
		text_free(&in->changed[i]);
	return code;
}

/* The words: --default FIELD=VALUE, any number of them, and one path. */
static enum exit_code read_words(struct import *in)
{
	size_t count = 0;

	in->defaults = calloc((size_t)in->c->count + 1, sizeof *in->defaults);
	if (in->defaults == NULL)
		return ctl_say(CTL_FAILED, "out of memory");
	for (char **word = in->c->args; *word != NULL; word++) {
		bool is_default = strncmp(*word, "--default", strlen("--default")) == 0;
		if (is_default) {
			char *value = (*word)[strlen("--default")] == '='
					  ? *word + strlen("--default=")
					  : *++word;
			if (strchr(value, '=') == NULL)
				return ctl_say(CTL_USAGE,
					       "--default needs field=text or field:=JSON");
			in->defaults[count++] = value;
		} else if (in->path != NULL) {
			return ctl_say(CTL_USAGE, "one file, or stdin");
		} else {
			in->path = *word;
		}
	}
	return CTL_DONE;
}

enum exit_code cmd_machine_import(struct ctl *c)
{
	struct import in = {.c = c, .h.edit.folder = -1, .key = c->key ? c->key : "id"};
	char why[SOURCE_WHY_SIZE];

	in.csv = c->from != NULL && strcmp(c->from, "csv") == 0;
	if (c->from == NULL || (!in.csv && strcmp(c->from, "json") != 0))
		return ctl_say(CTL_USAGE, "--from csv or --from json says what is read");
	enum exit_code code = read_words(&in);
	if (code == CTL_DONE && !source_read(&in.source, in.path, in.csv, why))
		code = ctl_say(CTL_FAILED, "%s: %s", in.path ? in.path : "stdin", why);
	if (code == CTL_DONE) {
		code = change_begin(c, &in.h, &machines_kind);
		if (code == CTL_DONE)
			code = import(&in);
		change_end(&in.h);
	}
	if (code == CTL_DONE) {
		printf("%zu changed, %zu added, %zu removed, %zu skipped%s\n", in.changes,
		       in.additions, in.removals, in.skipped, c->dry_run ? " (--dry-run)" : "");
		code = in.skipped > 0 ? CTL_NO : CTL_DONE;
	}
	free(in.present);
	free(in.seen);
	free(in.changed);
	free(in.defaults);
	text_free(&in.added);
	source_free(&in.source);
	return code;
}
