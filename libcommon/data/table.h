/* table: the text of a data file, which is a JSON array of objects. This module checks the text,
 * splits it into records and finds them by key. users.h and machines.h say what each of their
 * records must hold. */
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
	/* The first `required` fields must be there. The others may be absent, but must have their
	 * type. The first field is the key. */
	struct json_field fields[TABLE_MAX_FIELDS];
	size_t count, required;
	/* Names of members that limit what a record allows, up to a NULL. A record with a near
	 * miss of one of them is left out: a misspelt restriction must not widen anything. NULL:
	 * none. */
	const char *const *guarded;
};

/* The places of one record and its key in the text: 16 bytes for each record. The key of a string
 * is without its quotes. */
struct table_record {
	uint32_t at, len, key_at, key_len;
};

/* A table whose members are all zero has no records. */
struct table {
	const char *text; /* the caller owns it; it must live as long as the table */
	struct table_record *list;
	size_t count, skipped;
	bool by_value;   /* the keys are numbers */
	uint32_t *index; /* a hash table of places in `list`, made at the second look-up */
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

/* Splits text[0..len), at most 4 GiB. Records that break the rules are left out, and `complain`
 * (NULL: nobody) is called for each rule that one breaks. On TABLE_FINE the caller frees *t.
 * Otherwise *t is unchanged, and `why` holds the reason. */
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

/* Returns the place of the first record with this key, or t->count if there is none. A key that is
 * a number is compared by value: 100 is 1e2. The comparison is exact. */
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

/* The text of a record, and its key as written, without the quotes of a string. */
struct span table_text(const struct table *t, size_t i);
struct span table_key(const struct table *t, size_t i);

#endif
