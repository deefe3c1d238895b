#include "data/records.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LOGGED_RECORDS_MAX = 20, /* of one version of a file */
	TRIES = 3,
	TRY_AGAIN_MS = 50,
	OPEN_AGAIN_MS = 1000,
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
	r->len = 0;
}

void records_close(struct records *r)
{
	forget(r);
	if (r->resident)
		published_close(&r->published);
	*r = (struct records){.kind = r->kind};
}

const char *records_describe(char words[static RECORDS_FAULT_SIZE], enum datafile_fault fault,
			     const char *why)
{
	snprintf(words, RECORDS_FAULT_SIZE, "%s: %s", datafile_fault_name(fault), why);
	return words;
}

/* Notes what is wrong with the file, and logs it unless `quiet`. */
static void complain(struct records *r, enum datafile_fault fault, const char *why, bool quiet)
{
	r->fault = records_describe(r->fault_text, fault, why);
	if (!quiet)
		log_event("data file fault", "file", r->kind->file_name, "fault",
			  datafile_fault_name(fault), "reason", why, NULL);
}

/* A valid file helps nobody if none of its records can be used. */
static void judge(struct records *r, bool quiet)
{
	r->fault = NULL;
	if (r->table.count == 0 && r->table.skipped > 0)
		complain(r, DATAFILE_NO_RECORD, RECORDS_NONE_USABLE, quiet);
}

/* Logs why a record is left out. `logged` counts these lines. */
static void log_record(void *logged, const struct table_kind *kind, const struct table_fault *f)
{
	char index[TEXT_DECIMAL_SIZE];
	size_t *count = logged;

	if ((*count)++ < LOGGED_RECORDS_MAX)
		log_event("record left out", "file", kind->file_name, "index",
			  text_decimal(index, (long long)f->place), "field", f->field, "reason",
			  f->why, NULL);
}

/* Starts to use a version, and frees the one before. */
static void use(struct records *r, const struct table *table, char *text,
		const struct published_text *shared, size_t len)
{
	forget(r);
	r->table = *table;
	r->text = text;
	r->shared = shared;
	r->len = len;
	r->generation++;
}

/* A version that was read. */
struct version {
	struct table table;
	char *text;
	size_t len;
	bool is_known; /* its bytes are in use already; the members above are not set */
};

/* Tells whether this process and all others of the service use these bytes already. */
static bool is_in_use(struct records *r, const char *text, size_t len)
{
	return is_usable(r) && r->len == len && memcmp(r->table.text, text, len) == 0 &&
	       (r->shared == NULL || published_holds_newest(&r->published));
}

/* Reads and splits the file. DATAFILE_FINE: the caller uses or frees what is in *v. `quiet`: an
 * invalid version is not logged, because the file will be read again. */
static enum datafile_fault read_version(struct records *r, bool quiet, struct version *v)
{
	char not_split[TABLE_WHY_SIZE];
	size_t logged = 0;
	const char *why;
	enum datafile_fault fault = datafile_read(r->path, &v->text, &v->len, &r->seen, &why);

	if (fault == DATAFILE_FINE) {
		v->is_known = is_in_use(r, v->text, v->len);
		enum table_result result = v->is_known
					       ? TABLE_FINE
					       : table_read(&v->table, r->kind, v->text, v->len,
							    log_record, &logged, not_split);
		if (result != TABLE_FINE || v->is_known)
			free(v->text);
		if (result == TABLE_FINE)
			return DATAFILE_FINE;
		fault = result == TABLE_INVALID ? DATAFILE_INVALID : DATAFILE_NO_MEMORY;
		why = not_split;
	}
	complain(r, fault, why, quiet && fault == DATAFILE_INVALID);
	return fault;
}

/* Shares a version that was read after published_ask returned `before`, and starts to use it.
 * false: another process may have shared a later one, and this one is freed. */
static bool share(struct records *r, uint64_t before, struct version *v)
{
	const struct published_text *shared;

	switch (published_put(&r->published, before, v->text, v->len, &shared)) {
	case PUBLISHED_FINE:
		v->table.text = shared->text; /* the same bytes, so all places in it stay valid */
		use(r, &v->table, NULL, shared, v->len);
		break;
	case PUBLISHED_NONE:
		use(r, &v->table, v->text, NULL, v->len);
		return true;
	case PUBLISHED_OUTDATED:
		table_free(&v->table);
		free(v->text);
		return false;
	}
	free(v->text);
	return true;
}

/* Reads the file, and again whenever another process was faster. */
static enum datafile_fault read_once(struct records *r, bool quiet)
{
	struct version v;

	for (;;) {
		uint64_t before = r->resident ? published_ask(&r->published) : 0;
		enum datafile_fault fault = read_version(r, quiet, &v);
		if (fault != DATAFILE_FINE)
			return fault;
		if (!v.is_known && !r->resident)
			use(r, &v.table, v.text, NULL, v.len);
		else if (!v.is_known && !share(r, before, &v))
			continue;
		judge(r, v.is_known);
		return DATAFILE_FINE;
	}
}

/* The file is broken. Only the version that all processes share may be used. */
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
		use(r, &table, NULL, newest, newest->len);
		return;
	}
	published_release(newest);
	forget(r);
}

/* Tells whether the same version may be found good later. */
static bool may_pass(enum datafile_fault fault)
{
	return fault == DATAFILE_UNREADABLE || fault == DATAFILE_NO_MEMORY;
}

/* Tells whether the file is still the version that was seen last. */
static bool is_same(struct records *r, long long now_ms)
{
	bool by_open = now_ms - r->opened_ms >= OPEN_AGAIN_MS;

	if (!datafile_is(r->path, &r->seen, by_open))
		return false;
	if (by_open)
		r->opened_ms = now_ms;
	return true;
}

/* A version is settled when it is read again after it was seen for long enough. */
static bool is_settled(struct records *r, const struct datafile_version *before, long long begin_ms)
{
	if (!datafile_is_same(before, &r->seen))
		r->seen_ms = clock_coarse_ms();
	r->opened_ms = begin_ms;
	return begin_ms - r->seen_ms >= datafile_settles_ms(&r->seen);
}

bool records_refresh(struct records *r)
{
	/* A program that serves one request does not need to know the time. */
	long long begin_ms = r->resident ? clock_coarse_ms() : 0;
	struct datafile_version before = r->seen;
	bool first = !is_usable(r);
	enum datafile_fault fault;

	if (r->settled && is_same(r, begin_ms))
		return is_usable(r);
	for (int try = 1;; try++) {
		bool last = try == TRIES || !first;
		fault = read_once(r, !last);
		if (fault != DATAFILE_INVALID || last)
			break;
		nanosleep(&(struct timespec){.tv_nsec = TRY_AGAIN_MS * 1000000L}, NULL);
	}
	if (fault != DATAFILE_FINE)
		fall_back(r);
	r->settled = r->resident && !may_pass(fault) && is_settled(r, &before, begin_ms);
	return is_usable(r);
}
