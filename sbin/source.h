/* source: the records that an import reads, from CSV with a header row or from a JSON array. */
#ifndef SSA_SOURCE_H
#define SSA_SOURCE_H

#include "core/span.h"
#include "data/malformed.h"

#include <stdbool.h>
#include <stddef.h>

enum { SOURCE_MAX_BYTES = 64 << 20, SOURCE_WHY_SIZE = MALFORMED_WHY_SIZE };

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
	size_t count;
};

struct source {
	struct row *rows;
	size_t count;
	/* What the rows point to. */
	char *text;
	char **strings;
	size_t string_count;
};

/* Reads the file, or stdin if path is NULL. false: `why` is a sentence. source_free must follow
 * always. In CSV (RFC 4180) an empty cell is no member; the separator is the comma, or if the
 * header has none, the semicolon or the tab. */
bool source_read(struct source *s, const char *path, bool csv, char why[static SOURCE_WHY_SIZE]);

void source_free(struct source *s);

#endif
