#include "records.h"
#include "log.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	TRIES = 3,
	TRY_AGAIN_MS = 50,
	LOGGED_RECORDS_MAX = 20,
};

bool records_open(struct records *r, const struct records_kind *kind, const char *dir)
{
	size_t dir_len = strlen(dir), name_len = strlen(kind->file_name);

	*r = (struct records){.kind = kind};
	if (dir_len + 1 + name_len >= sizeof r->path)
		return false;
	memcpy(r->path, dir, dir_len);
	r->path[dir_len] = '/';
	memcpy(r->path + dir_len + 1, kind->file_name, name_len + 1);
	return true;
}

static void forget(struct records *r)
{
	free(r->text);
	free(r->list);
	free(r->index);
	r->text = NULL;
	r->list = NULL;
	r->index = NULL;
}

void records_close(struct records *r)
{
	forget(r);
	*r = (struct records){.kind = r->kind};
}

static void complain(const struct records *r, enum datafile_fault fault, const char *why)
{
	log_event("data file fault", "file", r->kind->file_name, "fault",
		  datafile_fault_name(fault), "reason", why, NULL);
}

static void complain_of_record(const struct records *r, size_t place, const char *field,
			       const char *why)
{
	char index[TEXT_DECIMAL_SIZE];

	log_event("record left out", "file", r->kind->file_name, "index",
		  text_decimal(index, (long long)place), "field", field, "reason", why, NULL);
}

/* The rule that a record breaks, if any: the name of the field, and why. */
static bool breaks_rule(const struct records_kind *kind, const struct json_field *fields,
			const char **field, const char **why)
{
	for (size_t i = 0; i < kind->count; i++) {
		enum json_state state = fields[i].state;
		if (state == JSON_PRESENT || (state == JSON_ABSENT && i >= kind->required))
			continue;
		*field = fields[i].name;
		*why = state == JSON_ABSENT  ? "missing"
		       : state == JSON_TWICE ? "stands twice"
					     : "of the wrong type";
		return true;
	}
	return false;
}

/* A list of records that grows. */
struct split {
	const struct records *r;
	const char *text;
	struct record *list;
	size_t count, capacity, skipped;
};

static bool keep(struct split *to, struct span record, struct span key)
{
	if (to->count == to->capacity) {
		size_t capacity = to->capacity ? to->capacity * 2 : 16;
		struct record *list = realloc(to->list, capacity * sizeof *list);
		if (list == NULL)
			return false;
		to->list = list;
		to->capacity = capacity;
	}
	if (*key.at == '"')
		key = (struct span){key.at + 1, key.len - 2};
	/* DATAFILE_MAX_BYTES keeps all of these within 32 bits. */
	to->list[to->count++] = (struct record){
	    .at = (uint32_t)(record.at - to->text),
	    .len = (uint32_t)record.len,
	    .key_at = (uint32_t)(key.at - to->text),
	    .key_len = (uint32_t)key.len,
	};
	return true;
}

/* Steps over the record ahead and keeps it, if it is one. false: not JSON, or no memory. */
static bool split_record(struct split *to, struct scan *s, size_t place)
{
	struct json_field fields[RECORDS_MAX_FIELDS];
	const struct records_kind *kind = to->r->kind;
	const char *field = NULL, *why;

	memcpy(fields, kind->fields, sizeof fields);
	s->unrepresentable = false;
	scan_peek(s);
	const char *begin = s->at;
	if (json_object(s, fields, kind->count)) {
		if (s->unrepresentable)
			why = "\\u0000 or half a surrogate pair in a string";
		else if (!breaks_rule(kind, fields, &field, &why))
			return keep(to, (struct span){begin, (size_t)(s->at - begin)},
				    fields[0].value);
	} else {
		if (!scan_value(s, NULL))
			return false;
		why = "not an object";
	}
	if (to->skipped++ < LOGGED_RECORDS_MAX)
		complain_of_record(to->r, place, field, why);
	return true;
}

/* Says where the scan stopped, for a person with an editor. */
static void complain_of_text(const struct records *r, const char *text, const struct scan *s)
{
	char where[64];
	unsigned line = 1, column = 1;

	for (const char *at = text; at < s->at; at++, column++)
		if (*at == '\n') {
			line++;
			column = 0;
		}
	snprintf(where, sizeof where, "not JSON at line %u, column %u", line, column);
	complain(r, DATAFILE_INVALID, where);
}

/* Steps through the file and keeps its records. */
static enum datafile_fault split_text(struct split *to, struct scan *s, const char **why)
{
	bool kept = true, array = scan_enter(s, '[');

	if (array)
		for (size_t place = 0; kept && scan_next(s, NULL); place++)
			kept = split_record(to, s, place);
	else if (scan_enter(s,
			    '{')) /* an empty object is an empty file, as the original wrote it */
		array = !scan_next(s, NULL);
	if (!kept && !s->failed) {
		*why = "out of memory";
		return DATAFILE_NO_MEMORY;
	}
	if (array && scan_finish(s))
		return DATAFILE_FINE;
	*why = array || s->failed ? NULL : "not an array of records";
	return DATAFILE_INVALID;
}

/* Makes the text the good version, if it is one. `quiet`: an invalid one is no news yet. */
static enum datafile_fault take_text(struct records *r, char *text, size_t len, bool quiet)
{
	struct split to = {.r = r, .text = text};
	struct scan s;
	const char *why = NULL;

	scan_begin(&s, text, len, SCAN_DEPTH_MAX - 1);
	enum datafile_fault fault = split_text(&to, &s, &why);
	if (fault != DATAFILE_FINE) {
		free(to.list);
		if (quiet && fault == DATAFILE_INVALID)
			return fault;
		if (why != NULL)
			complain(r, fault, why);
		else
			complain_of_text(r, text, &s);
		return fault;
	}
	forget(r);
	struct record *list = to.count ? realloc(to.list, to.count * sizeof *list) : NULL;
	r->text = text;
	r->list = list != NULL ? list : to.list;
	r->count = to.count;
	r->skipped = to.skipped;
	r->lookups = 0;
	r->generation++;
	return DATAFILE_FINE;
}

/* Reads the file once. DATAFILE_FINE: there is a new good version. */
static enum datafile_fault read_once(struct records *r, bool quiet)
{
	const char *why;
	char *text;
	size_t len;
	enum datafile_fault fault = datafile_read(r->path, &text, &len, &r->seen, &why);

	if (fault != DATAFILE_FINE) {
		if (fault != DATAFILE_INVALID || !quiet)
			complain(r, fault, why);
		return fault;
	}
	fault = take_text(r, text, len, quiet);
	if (fault != DATAFILE_FINE)
		free(text);
	return fault;
}

/* Whether another try may find the same version good: then it must be tried again. */
static bool may_pass(enum datafile_fault fault)
{
	return fault == DATAFILE_UNREADABLE || fault == DATAFILE_NO_MEMORY;
}

bool records_refresh(struct records *r)
{
	/* A first version is never known to be settled: a program that serves one request need not know. */
	bool first = r->text == NULL;
	struct timespec begin = {0};
	enum datafile_fault fault;

	if (r->settled && datafile_is(r->path, &r->seen))
		return r->text != NULL;
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
	r->settled = !first && !may_pass(fault) && datafile_was_settled(&r->seen, begin);
	return r->text != NULL;
}

static bool key_is(const struct records *r, size_t i, const char *key, size_t len)
{
	struct span written = {r->text + r->list[i].key_at, r->list[i].key_len};

	return json_equals(written, key, len);
}

/* FNV-1a over the key; one with escapes is hashed as what it decodes to. */
static uint32_t hash_of(const char *key, size_t len)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)key[i]) * 16777619U;
	return hash ^ hash >> 15;
}

/* Open addressing, at most half full, in the file's order: of two equal keys the first is met
 * first. An entry is a place in the list plus one. */
static void build_index(struct records *r)
{
	char decoded[1024];
	size_t slots = 16;

	while (slots < r->count * 2)
		slots *= 2;
	r->index = calloc(slots, sizeof *r->index);
	if (r->index == NULL)
		return; /* slower without, but right */
	r->index_mask = slots - 1;
	for (size_t i = 0; i < r->count; i++) {
		const char *key = r->text + r->list[i].key_at;
		size_t len = r->list[i].key_len;
		if (memchr(key, '\\', len) != NULL) {
			errno = 0;
			if (!json_decode((struct span){key - 1, len + 2}, decoded,
					 sizeof decoded)) {
				if (errno != ENOMEM)
					continue; /* longer than any key that is asked for */
				free(r->index);
				r->index = NULL;
				return;
			}
			key = decoded;
			len = strlen(decoded);
		}
		size_t slot = hash_of(key, len) & r->index_mask;
		while (r->index[slot] != 0)
			slot = (slot + 1) & r->index_mask;
		r->index[slot] = (uint32_t)(i + 1);
	}
}

/* One look-up in a version needs no index; whoever comes twice, like a resident worker, gets one. */
static bool use_index(struct records *r)
{
	if (r->index == NULL && r->lookups++ > 0)
		build_index(r);
	return r->index != NULL;
}

size_t records_find(struct records *r, const char *key, size_t len)
{
	if (!use_index(r)) {
		size_t i = 0;
		while (i < r->count && !key_is(r, i, key, len))
			i++;
		return i;
	}
	for (size_t slot = hash_of(key, len) & r->index_mask; r->index[slot] != 0;
	     slot = (slot + 1) & r->index_mask)
		if (key_is(r, r->index[slot] - 1, key, len))
			return r->index[slot] - 1;
	return r->count;
}

void records_each(struct records *r, const char *key, size_t len,
		  void (*found)(void *context, size_t i), void *context)
{
	if (!use_index(r)) {
		for (size_t i = 0; i < r->count; i++)
			if (key_is(r, i, key, len))
				found(context, i);
		return;
	}
	for (size_t slot = hash_of(key, len) & r->index_mask; r->index[slot] != 0;
	     slot = (slot + 1) & r->index_mask)
		if (key_is(r, r->index[slot] - 1, key, len))
			found(context, r->index[slot] - 1);
}

struct span records_text(const struct records *r, size_t i)
{
	return (struct span){r->text + r->list[i].at, r->list[i].len};
}
