/* records: a data file as it is now. It is read whole, checked, and read again when it changes. */
#ifndef SSA_RECORDS_H
#define SSA_RECORDS_H

#include "data/datafile.h"
#include "data/published.h"
#include "data/table.h"

#include <stdbool.h>
#include <stddef.h>

/* The reason of DATAFILE_NO_RECORD. */
#define RECORDS_NONE_USABLE "each of its records is left out"

enum { RECORDS_FAULT_SIZE = 16 + TABLE_WHY_SIZE };

struct records {
	const struct table_kind *kind;
	char path[1040];
	bool resident;
	/* What is wrong with the present file, such as "unreadable: Permission denied"; NULL:
	 * nothing. The log, status and `ssactl check` say it in the same words, without the path.
	 * */
	const char *fault;
	char fault_text[RECORDS_FAULT_SIZE]; /* where `fault` points */

	/* The good version in use. Its text is private or shared; if there is no good version, both
	 * are NULL. A resident process shares the version with all others of the service, and keeps
	 * it when the file goes bad. */
	char *text;                          /* private, or NULL */
	const struct published_text *shared; /* shared, or NULL */
	size_t len;                          /* of that text */
	struct table table;
	unsigned generation; /* counts the versions that came into use */

	struct published published;
	struct datafile_version seen; /* the version that was looked at last, good or bad */
	long long seen_ms;            /* when it was first seen */
	long long opened_ms;          /* when the file was opened last */
	bool settled;                 /* `seen` alone tells it from every later version */
};

/* `resident`: the process serves many requests. Returns false if the path is too long. Nothing is
 * read from the disk yet. */
bool records_open(struct records *r, const struct table_kind *kind, const char *dir, bool resident);
void records_close(struct records *r);

/* Reads the file if it has changed since the last call; if not, this is one stat(2), and once a
 * second an open(2), since a file system over a network may answer stat from its cache. If there is
 * no good version to go on with, a file that is half-written is read again after a moment.
 * Records that break the rules are left out and logged. Returns true if there is a good version.
 * It may not be the latest one: r->fault tells. A process that is not resident never goes on
 * with an older one. */
bool records_refresh(struct records *r);

/* Writes the words for a fault, as r->fault has them, and returns `words`. */
const char *records_describe(char words[static RECORDS_FAULT_SIZE], enum datafile_fault fault,
			     const char *why);

#endif
