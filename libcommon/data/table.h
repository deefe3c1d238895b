/* table: checks the text of a data file, a JSON array of objects, splits it into records, and finds
 * them by key. users.h and machines.h define what a record must hold. */
#ifndef SSA_TABLE_H
#define SSA_TABLE_H

#include "core/json.h"
#include "data/decimal.h"
#include "data/malformed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TABLE_MAX_FIELDS = 8 };

/* What the records of one file look like. */
struct table_kind {
	const char *name;      /* "users": in the log and in status */
	const char *file_name; /* "users.json" */
	/* The first one is the key. The first `required` ones must be there; the others may be
	 * absent, but must have their type. */
	struct json_field fields[TABLE_MAX_FIELDS];
	size_t count, required;
	/* Members that limit what a record allows, up to a NULL. A record with a near miss of one
	 * is left out: a misspelt restriction must not widen anything. NULL: none. */
	const char *const *guarded;
};

/* Where a record and its key are in the text, a key that is a string without its quotes. */
struct table_record {
	uint32_t at, len, key_at, key_len;
};

/* All zero: a table without records. */
struct table {
	const char *text; /* belongs to the caller */
	struct table_record *list;
	size_t count, skipped;
	bool by_value;   /* the keys are numbers */
	uint32_t *index; /* a hash table of places in `list`, made at the second search */
	size_t index_mask;
	unsigned lookups;
};

/* A rule that a record breaks. */
struct table_fault {
	size_t place;      /* its index in the array */
	const char *at;    /* where it begins in the text */
	const char *field; /* NULL: the whole record */
	const char *why;
};
typedef void table_complain(void *context, const struct table_kind *kind,
			    const struct table_fault *fault);

/* Splits text[0..len), at most 4 GiB. Records that break the rules are left out; `complain` (NULL:
 * nobody) is told each rule that one breaks. TABLE_FINE: the caller frees *t. Otherwise *t is
 * unchanged, and `why` has the reason. */
enum table_result {
	TABLE_FINE,
	TABLE_INVALID,
	TABLE_NO_MEMORY,
};
enum { TABLE_WHY_SIZE = MALFORMED_WHY_SIZE };
enum table_result table_read(struct table *t, const struct table_kind *kind, const char *text,
			     size_t len, table_complain *complain, void *context,
			     char why[static TABLE_WHY_SIZE]);
void table_free(struct table *t);

/* Returns the place of the first record with this key; t->count: none has it. Numbers are compared
 * by value, exactly: 100 is 1e2. */
size_t table_find(struct table *t, struct span key);

/* Finds all records with a key, in no particular order:
 *
 *   table_search(&s, t, key);
 *   while ((i = table_next(&s)) < t->count) */
struct table_search {
	const struct table *t;
	struct span key;
	struct decimal number; /* the key, by value */
	const uint32_t *index; /* NULL: all records are looked at */
	size_t at;             /* in the index or the list */
};
void table_search(struct table_search *s, struct table *t, struct span key);
size_t table_next(struct table_search *s);

/* The text of a record, and its key as written, a string without its quotes. */
struct span table_text(const struct table *t, size_t i);
struct span table_key(const struct table *t, size_t i);

#endif
