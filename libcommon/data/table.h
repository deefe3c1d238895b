/* table: the text of a data file, which is a JSON array of objects: checked, split into records, and
 * found by key. users.h and machines.h say what a record must hold. */
#ifndef SSA_TABLE_H
#define SSA_TABLE_H

#include "core/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_MAX_FIELDS = 8 };

/* What the records of one file look like. */
struct table_kind {
	const char *name;      /* "users": in the log and in status */
	const char *file_name; /* "users.json" */
	/* The first `required` fields must be there, the others need only be of their type. The
	 * first is the key. */
	struct json_field fields[TABLE_MAX_FIELDS];
	size_t count, required;
};

/* One record and its key (a string's without quotes), as places in the text: 16 bytes a record. */
struct table_record {
	uint32_t at, len, key_at, key_len;
};

/* All zero is a table of no records. */
struct table {
	const char *text; /* not the table's: it must live as long */
	struct table_record *list;
	size_t count, skipped;
	uint32_t *index; /* a hash table of places in list, made at the second look-up */
	size_t index_mask;
	unsigned lookups;
};

/* Splits text[0..len), at most 4 GiB. Records that break the rules are left out and logged, unless
 * `quiet`. TABLE_FINE: *t is to be freed. Otherwise *t is unchanged, and `why` holds the reason. */
enum table_result {
	TABLE_FINE,
	TABLE_INVALID,
	TABLE_NO_MEMORY,
};
enum { TABLE_WHY_SIZE = 64 };
enum table_result table_read(struct table *t, const struct table_kind *kind, const char *text,
			     size_t len, bool quiet, char why[static TABLE_WHY_SIZE]);
void table_free(struct table *t);

/* The first record with this key; t->count if there is none. The key of a number is its text as
 * written: 100 and 1e2 are two keys, so that no rounding ever makes one record another. */
size_t table_find(struct table *t, const char *key, size_t len);

/* Calls back for every record with this key, in no order. */
void table_each(struct table *t, const char *key, size_t len,
		void (*found)(void *context, size_t i), void *context);

struct span table_text(const struct table *t, size_t i);

#endif
