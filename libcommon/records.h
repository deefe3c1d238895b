/* records: a data file, which is a JSON array of objects: read whole, checked, split into records,
 * found by key, and read again when it changes. users.h and machines.h say what a record must hold.
 */
#ifndef SSA_RECORDS_H
#define SSA_RECORDS_H

#include "datafile.h"
#include "json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORDS_MAX_FIELDS = 8 };

/* What the records of one file look like. */
struct records_kind {
	const char *name;      /* "users": in the log and in status */
	const char *file_name; /* "users.json" */
	/* The first `required` fields must be there, the others need only be of their type. The
	 * first is the key. */
	struct json_field fields[RECORDS_MAX_FIELDS];
	size_t count, required;
};

/* One record and its key (a string's without quotes), as places in the text: 16 bytes a record. */
struct record {
	uint32_t at, len, key_at, key_len;
};

struct records {
	const struct records_kind *kind;
	char path[1040];
	const char *fault; /* what is wrong with the file as it is now; NULL: nothing */

	/* The last good version: kept when the file goes bad. text is NULL until there was one. */
	char *text;
	struct record *list;
	size_t count, skipped;
	uint32_t *index; /* a hash table of places in list, made at the second look-up */
	size_t index_mask;
	unsigned generation; /* of text: counts the good versions */
	unsigned lookups;

	struct datafile_version seen; /* the version that was looked at last, good or bad */
	bool settled;                 /* it can be told from any later one by `seen` alone */
};

/* false: the path is too long. Nothing is read yet. */
bool records_open(struct records *r, const struct records_kind *kind, const char *dir);
void records_close(struct records *r);

/* Reads the file if it changed since the last call; one stat(2) if it did not. A file caught
 * half-written is read again after a moment, if there is no good version to go on with. Records
 * that break the rules are left out and logged. true: r->text is a good version, if perhaps not the
 * latest: r->fault tells. */
bool records_refresh(struct records *r);

/* The first record in the file with this key; r->count if there is none. The key of a number is its
 * text as written: 100 and 1e2 are two keys, so that no rounding ever makes one record another. */
size_t records_find(struct records *r, const char *key, size_t len);

/* Calls back for every record with this key, in no order. */
void records_each(struct records *r, const char *key, size_t len,
		  void (*found)(void *context, size_t i), void *context);

struct span records_text(const struct records *r, size_t i);

#endif
