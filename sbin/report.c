#include "report.h"

#include <string.h>

struct report report_begin(void)
{
	return (struct report){
	    .listing = {.columns = {"where", "line", "record", "field", "fault"}}};
}

void report_look_at(struct report *r, const char *where, struct span text)
{
	r->where = where;
	r->text = text;
	r->line_at = r->record_at = NULL;
}

static long long line_of(struct report *r, const char *at)
{
	if (r->line_at == NULL || at < r->line_at) {
		r->line_at = r->text.at;
		r->line = 1;
	}
	for (; r->line_at < at; r->line_at++)
		r->line += *r->line_at == '\n';
	return r->line;
}

/* The index in the array, where records that are left out count, too. */
static long long record_of(struct report *r, const char *at)
{
	if (r->record_at == NULL || at < r->record_at) {
		scan_begin_document(&r->scan, r->text.at, r->text.len, SCAN_DEPTH_MAX - 1);
		scan_enter(&r->scan, '[');
		r->record_at = r->text.at;
		r->record = -1;
	}
	while (r->record_at < at && scan_next(&r->scan, NULL)) {
		scan_peek(&r->scan);
		r->record_at = r->scan.at;
		r->record++;
		if (!scan_value(&r->scan, NULL))
			break;
	}
	return r->record;
}

static void end_row(struct report *r, const char *field, const char *what)
{
	listing_text(&r->listing, field);
	listing_text(&r->listing, what);
	r->faults += strncmp(what, "note: ", strlen("note: ")) != 0;
}

void report_fault(struct report *r, const char *field, const char *what)
{
	listing_text(&r->listing, r->where);
	listing_text(&r->listing, NULL);
	listing_text(&r->listing, NULL);
	end_row(r, field, what);
}

void report_place(struct report *r, const char *at, size_t record, const char *field,
		  const char *what)
{
	listing_text(&r->listing, r->where);
	listing_number(&r->listing, line_of(r, at));
	listing_number(&r->listing, (long long)record);
	end_row(r, field, what);
}

void report_record(struct report *r, const char *at, const char *field, const char *what)
{
	report_place(r, at, (size_t)record_of(r, at), field, what);
}
