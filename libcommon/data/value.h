/* value: a value of a record, read once for all that is asked about it. */
#ifndef SSA_VALUE_H
#define SSA_VALUE_H

#include "core/span.h"
#include "core/text.h"
#include "data/decimal.h"

#include <stdbool.h>
#include <stddef.h>

/* In the order in which values are sorted. */
enum value_kind {
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_FALSE,
	VALUE_TRUE,
	VALUE_NULL,
	VALUE_COMPOUND, /* an array or an object */
	VALUE_MISSING,
};

/* The kind of a value as written; its first character is enough. `at` NULL: missing. */
enum value_kind value_kind(struct span written);

enum { VALUE_PART_MAX_BYTES = 8192, VALUE_BLOCK_BYTES = 16384 };

/* What reading and comparing needs. */
struct value_scratch {
	/* How many bytes of text may still be examined. The count depends on the texts alone, so an
	 * answer does not depend on load. */
	size_t left;
	bool spent;          /* they did not suffice: the answers since then are worth nothing */
	struct text decoded; /* `failed`: likewise */
	char folded[VALUE_BLOCK_BYTES + VALUE_PART_MAX_BYTES];
};
void value_scratch_begin(struct value_scratch *scratch, size_t bytes);
void value_scratch_free(struct value_scratch *scratch);

/* Counts bytes that are examined. false: too many. */
bool value_spend(struct value_scratch *scratch, size_t bytes);

struct value {
	enum value_kind kind;
	struct decimal number; /* VALUE_NUMBER */
	struct span text;      /* VALUE_TEXT: decoded; any other kind: as written */
};

/* Reads a value as written. Its text may be in the scratch, and lives until the next value is
 * read. */
void value_read(struct value *v, struct span written, struct value_scratch *scratch);

#endif
