#include "data/records.h"
#include "core/log.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LOGGED_RECORDS_MAX = 20, /* of one version of a file */
	TRIES = 3,
	TRY_AGAIN_MS = 50,
};

bool records_open(struct records *r, const struct table_kind *kind, const char *dir, bool resident)
{
	size_t dir_len = strlen(dir), name_len = strlen(kind->file_name);

	*r = (struct records){.kind = kind, .resident = resident};
	if (dir_len + 1 + name_len >= sizeof r->path)
		return false;
	memcpy(r->path, dir, dir_len);
	r->path[dir_len] = '/';
	memcpy(r->path + dir_len + 1, kind->file_name, name_len + 1);
	if (resident)
		published_open(&r->published, r->path);
	return true;
}

static bool is_usable(const struct records *r)
{
	return r->text != NULL || r->shared != NULL;
}

static void forget(struct records *r)
{
	table_free(&r->table);
	free(r->text);
	published_release(r->shared);
	r->text = NULL;
	r->shared = NULL;
}

void records_close(struct records *r)
{
	forget(r);
	if (r->resident)
		published_close(&r->published);
	*r = (struct records){.kind = r->kind};
}

static void complain(const struct records *r, enum datafile_fault fault, const char *why)
{
	log_event("data file fault", "file", r->kind->file_name, "fault",
		  datafile_fault_name(fault), "reason", why, NULL);
}

/* Logs a record that is left out. `logged` counts them. */
static void log_record(void *logged, const struct table_kind *kind, const struct table_fault *f)
{
	char index[TEXT_DECIMAL_SIZE];
	size_t *count = logged;

	if ((*count)++ < LOGGED_RECORDS_MAX)
		log_event("record left out", "file", kind->file_name, "index",
			  text_decimal(index, (long long)f->place), "field", f->field, "reason",
			  f->why, NULL);
}

/* Starts to use a version: its table and the text of the table. Frees the version before it. */
static void use(struct records *r, const struct table *table, char *text,
		const struct published_text *shared)
{
	forget(r);
	r->table = *table;
	r->text = text;
	r->shared = shared;
	r->generation++;
}

/* Reads the file and splits it. On DATAFILE_FINE the caller frees *table and *text, which has *len
 * bytes. If `quiet`, an invalid version is not logged, because the file is read again. */
static enum datafile_fault read_version(struct records *r, bool quiet, struct table *table,
					char **text, size_t *len)
{
	char not_split[TABLE_WHY_SIZE];
	size_t logged = 0;
	const char *why;
	enum datafile_fault fault = datafile_read(r->path, text, len, &r->seen, &why);

	if (fault == DATAFILE_FINE) {
		why = not_split;
		switch (table_read(table, r->kind, *text, *len, log_record, &logged, not_split)) {
		case TABLE_FINE:
			return DATAFILE_FINE;
		case TABLE_INVALID:
			fault = DATAFILE_INVALID;
			break;
		case TABLE_NO_MEMORY:
			fault = DATAFILE_NO_MEMORY;
			break;
		}
		free(*text);
	}
	if (fault != DATAFILE_INVALID || !quiet)
		complain(r, fault, why);
	return fault;
}

/* Shares a version that was read after published_ask returned `before`, and starts to use it.
 * Returns false if another process may have shared a later version; then this version is freed. */
static bool share(struct records *r, uint64_t before, struct table *table, char *text, size_t len)
{
	const struct published_text *shared;

	switch (published_put(&r->published, before, text, len, &shared)) {
	case PUBLISHED_FINE:
		table->text = shared->text; /* the same bytes, so all places in it stay valid */
		use(r, table, NULL, shared);
		break;
	case PUBLISHED_NONE:
		use(r, table, text, NULL);
		return true;
	case PUBLISHED_OUTDATED:
		table_free(table);
		free(text);
		return false;
	}
	free(text);
	return true;
}

/* Reads the file once, and again each time that another process was faster. */
static enum datafile_fault read_once(struct records *r, bool quiet)
{
	enum datafile_fault fault;
	struct table table;
	char *text;
	size_t len;

	if (!r->resident) {
		fault = read_version(r, quiet, &table, &text, &len);
		if (fault == DATAFILE_FINE)
			use(r, &table, text, NULL);
		return fault;
	}
	for (;;) {
		uint64_t before = published_ask(&r->published);
		fault = read_version(r, quiet, &table, &text, &len);
		if (fault != DATAFILE_FINE || share(r, before, &table, text, len))
			return fault;
	}
}

/* The file is broken. The process may go on only with the version that all processes share. */
static void fall_back(struct records *r)
{
	const struct published_text *newest;
	char why[TABLE_WHY_SIZE];
	struct table table;

	if (!r->resident)
		return;
	if (r->shared != NULL && published_holds_newest(&r->published))
		return;
	newest = published_get(&r->published);
	if (newest != NULL &&
	    table_read(&table, r->kind, newest->text, newest->len, NULL, NULL, why) == TABLE_FINE) {
		use(r, &table, NULL, newest);
		return;
	}
	published_release(newest);
	forget(r);
}

/* Tells whether another try may find the same version good. Then it must be tried again. */
static bool may_pass(enum datafile_fault fault)
{
	return fault == DATAFILE_UNREADABLE || fault == DATAFILE_NO_MEMORY;
}

bool records_refresh(struct records *r)
{
	/* A first version never counts as settled: a program that serves only one request does
	 * not need to know. */
	bool first = !is_usable(r);
	struct timespec begin = {0};
	enum datafile_fault fault;

	if (r->settled && datafile_is(r->path, &r->seen))
		return is_usable(r);
	if (!first)
		clock_gettime(CLOCK_REALTIME, &begin);
	for (int try = 1;; try++) {
		bool last = try == TRIES || !first;
		fault = read_once(r, !last);
		r->fault = datafile_fault_name(fault);
		if (fault != DATAFILE_INVALID || last)
			break;
		nanosleep(&(struct timespec){.tv_nsec = TRY_AGAIN_MS * 1000000L}, NULL);
	}
	if (fault != DATAFILE_FINE)
		fall_back(r);
	r->settled = !first && !may_pass(fault) && datafile_was_settled(&r->seen, begin);
	return is_usable(r);
}

size_t records_find(struct records *r, const char *key, size_t len)
{
	return table_find(&r->table, key, len);
}

struct span records_text(const struct records *r, size_t i)
{
	return table_text(&r->table, i);
}
