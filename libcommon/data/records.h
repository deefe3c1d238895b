/* records: a data file as it is now: read whole, checked, and read again when it changes. */
#ifndef SSA_RECORDS_H
#define SSA_RECORDS_H

#include "data/datafile.h"
#include "data/published.h"
#include "data/table.h"

#include <stdbool.h>
#include <stddef.h>

struct records {
	const struct table_kind *kind;
	char path[1040];
	bool resident;
	const char *fault; /* what is wrong with the file as it is now; NULL: nothing */

	/* The good version in use; text is NULL where there is none. A resident process shares it with
	 * all others of the service, and keeps it when the file goes bad. */
	char *text;                          /* private … */
	const struct published_text *shared; /* … or shared */
	struct table table;
	unsigned generation; /* counts the versions that were in use */

	struct published published;
	struct datafile_version seen; /* the version that was looked at last, good or bad */
	bool settled;                 /* it can be told from any later one by `seen` alone */
};

/* `resident`: the process serves many requests. false: the path is too long. Nothing is read yet. */
bool records_open(struct records *r, const struct table_kind *kind, const char *dir, bool resident);
void records_close(struct records *r);

/* Reads the file if it changed since the last call; one stat(2) if it did not. A file caught
 * half-written is read again after a moment, if there is no good version to go on with. Records
 * that break the rules are left out and logged. true: there is a good version, if perhaps not the
 * latest: r->fault tells. A process that is not resident never goes on with an older one. */
bool records_refresh(struct records *r);

/* See table.h. */
size_t records_find(struct records *r, const char *key, size_t len);
struct span records_text(const struct records *r, size_t i);

#endif
