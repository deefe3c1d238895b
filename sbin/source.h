/* source: the records that an import reads, from CSV with a header row or from a JSON array. */
#ifndef SSA_SOURCE_H
#define SSA_SOURCE_H

#include "core/span.h"

#include <stdbool.h>
#include <stddef.h>

enum { SOURCE_MAX_BYTES = 64 << 20 };

/* A member of a record. */
struct cell {
	const char *name;
	struct span value; /* a text, or JSON as written */
	bool is_json;
};

struct row {
	size_t line;       /* where it begins, from 1; of JSON: which record it is, from 1 */
	const char *fault; /* why it is no record; NULL: it is one */
	struct cell *cells;
	size_t count, capacity;
};

struct source {
	const char *path; /* NULL: stdin */
	bool csv;
	struct row *rows;
	size_t count, capacity;
	/* What the rows point to. */
	char *text;
	char **names; /* of JSON */
	size_t name_count, name_capacity;
};

/* Reads the file. What cannot be read ends the program. In CSV (RFC 4180) an empty cell is no
 * member. */
void source_read(struct source *s, const char *path, bool csv);

void source_free(struct source *s);

#endif
