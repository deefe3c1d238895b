/* report: the faults that check finds, each with its file, line, record and field. */
#ifndef SSA_REPORT_H
#define SSA_REPORT_H

#include "core/scan.h"
#include "listing.h"

struct report {
	struct listing listing;
	size_t faults;     /* without notes: a text that begins with "note: " is no fault */
	const char *where; /* the file that is looked at, or another part of the service */
	struct span text;  /* of the file */
	/* The last answers about lines and records. Faults come in the order of the file, so the
	 * search goes on from there. */
	const char *line_at, *record_at;
	long long line, record;
	struct scan scan;
};

struct report report_begin(void);

/* Goes on to another file, or (text.at NULL) to another part of the service. */
void report_look_at(struct report *r, const char *where, struct span text);

/* A fault of what is looked at as a whole. field NULL: no field. */
void report_fault(struct report *r, const char *field, const char *what);

/* A fault at a place of the file, in the record with this index. */
void report_place(struct report *r, const char *at, size_t record, const char *field,
		  const char *what);

/* The same for a record of which only the text is known. */
void report_record(struct report *r, const char *at, const char *field, const char *what);

#endif
