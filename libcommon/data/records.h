/* records: the present contents of a data file, which is read whole, checked, and read again when
 * it changes. */
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
	/* What is wrong with the present file, such as "unreadable: Permission denied", in the
	 * words of the log, status and `ssactl check`. NULL: nothing. */
	const char *fault;
	char fault_text[RECORDS_FAULT_SIZE]; /* where `fault` points */

	/* The good version in use. Its text is private or shared; without a good version both are
	 * NULL. A resident process shares it with the others, and keeps it when the file goes
	 * bad. */
	char *text;                          /* private, or NULL */
	const struct published_text *shared; /* shared, or NULL */
	size_t len;                          /* of that text */
	struct table table;
	unsigned generation; /* counts the versions in use */

	struct published published;
	struct datafile_version seen; /* the version that was looked at last, good or bad */
	long long seen_ms;            /* when it was first seen */
	long long opened_ms;          /* when the file was opened last */
	bool settled;                 /* every later version will differ from `seen` */
};

/* Reads nothing yet. `resident`: the process serves many requests. false: the path is too long. */
bool records_open(struct records *r, const struct table_kind *kind, const char *dir, bool resident);
void records_close(struct records *r);

/* Reads the file if it has changed since the last call. If not, this is one stat(2), and once a
 * second an open(2), because a network file system may answer stat from its cache. Without a good
 * version, a half-written file is read again after a moment. Records that break the rules are left
 * out and logged.
 *
 * true: there is a good version. If r->fault is set, the process is resident and goes on with an
 * older one, or no record can be used. */
bool records_refresh(struct records *r);

/* Writes a fault in the words of r->fault, and returns `words`. */
const char *records_describe(char words[static RECORDS_FAULT_SIZE], enum datafile_fault fault,
			     const char *why);

#endif
