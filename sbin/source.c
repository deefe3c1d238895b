#include "source.h"
#include "core/json.h"
#include "core/text.h"
#include "csv.h"
#include "ctl.h"
#include "data/malformed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The source cannot be read: ends the program. */
static _Noreturn void unreadable(const struct source *s, const char *why)
{
	ctl_end(CTL_FAILED, "%s: %s", s->path != NULL ? s->path : "stdin", why);
}

static struct row *add_row(struct source *s, size_t line)
{
	s->rows = ctl_grow(s->rows, s->count, &s->capacity, sizeof *s->rows);
	s->rows[s->count] = (struct row){.line = line};
	return &s->rows[s->count++];
}

static void add_cell(struct row *r, struct cell cell)
{
	r->cells = ctl_grow(r->cells, r->count, &r->capacity, sizeof *r->cells);
	r->cells[r->count++] = cell;
}

static void read_object(struct source *s, struct scan *scan, struct row *r)
{
	struct span written;

	while (scan_next(scan, &written)) {
		struct cell cell = {.is_json = true};
		struct text name = {0};
		json_append(&name, written);
		text_add(&name, "", 1);
		s->names = ctl_grow(s->names, s->name_count, &s->name_capacity, sizeof *s->names);
		cell.name = ctl_text(&name).at;
		s->names[s->name_count++] = name.at;
		if (!scan_value(scan, &cell.value))
			return;
		for (size_t i = 0; i < r->count; i++)
			if (strcmp(r->cells[i].name, cell.name) == 0)
				r->fault = "a member appears more than once";
		add_cell(r, cell);
	}
}

static void read_json(struct source *s, size_t len)
{
	char why[MALFORMED_WHY_SIZE];
	struct scan scan;

	scan_begin_document(&scan, s->text, len, SCAN_DEPTH_MAX - 1);
	bool array = scan_enter(&scan, '[');
	while (array && scan_next(&scan, NULL)) {
		struct row *r = add_row(s, s->count + 1);
		scan.unrepresentable = false;
		if (scan_enter(&scan, '{'))
			read_object(s, &scan, r);
		else if (scan_value(&scan, NULL))
			r->fault = "not an object";
		if (scan.unrepresentable)
			r->fault = "\\u0000 or half a surrogate pair in a string";
	}
	if (array && scan_finish(&scan))
		return;
	malformed_tell(s->text, len, "id", why);
	unreadable(s, why);
}

static char *trim(char *name)
{
	size_t len;

	name += strspn(name, " \t");
	for (len = strlen(name); len > 0 && strchr(" \t", name[len - 1]) != NULL; len--)
		name[len - 1] = '\0';
	return name;
}

/* The cells of one row; the first row has the names. */
static void read_row(const struct source *s, struct csv *c, struct row *header, struct row *r)
{
	bool last = false, empty = true;
	size_t column = 0;
	char why[64];

	for (; !last; column++) {
		char *cell = csv_next(c, &last);
		if (cell == NULL) {
			snprintf(why, sizeof why, "line %zu: a quote that is not closed", r->line);
			unreadable(s, why);
		}
		r->fault = r->fault != NULL ? r->fault : c->fault;
		empty = empty && *cell == '\0';
		if (r == header)
			add_cell(r, (struct cell){.name = trim(cell)});
		else if (column < header->count && *cell != '\0')
			add_cell(r,
				 (struct cell){header->cells[column].name, span_of(cell), false});
	}
	if (r != header && r->fault == NULL && !empty && column != header->count)
		r->fault = "it has more or fewer cells than the header";
}

static void check_header(const struct source *s, const struct row *header)
{
	if (header->fault != NULL)
		unreadable(s, header->fault);
	for (size_t i = 0; i < header->count; i++) {
		const char *name = header->cells[i].name;
		if (*name == '\0')
			unreadable(s, "the header has a column without a name");
		for (size_t k = 0; k < i; k++)
			if (strcmp(name, header->cells[k].name) == 0)
				unreadable(s, "the header repeats a name");
	}
}

/* The comma if the header has one outside its quotes, or else the semicolon or the tab. */
static char find_separator(const char *at)
{
	static const char separators[] = ",;\t";
	const char *found, *best = separators + strlen(separators);
	bool quoted = false;

	for (; *at != '\0' && (quoted || (*at != '\n' && *at != '\r')); at++) {
		quoted ^= *at == '"';
		found = quoted ? NULL : strchr(separators, *at);
		best = found != NULL && found < best ? found : best;
	}
	return *best != '\0' ? *best : ',';
}

static void read_csv(struct source *s, size_t len)
{
	struct csv c = {.at = s->text, .end = s->text + len, .line = 1};
	struct row header = {.line = 1};

	if (len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
		c.at += 3;
	if (!scan_is_utf8(c.at, (size_t)(c.end - c.at)) ||
	    memchr(c.at, '\0', (size_t)(c.end - c.at)) != NULL)
		unreadable(s, "not UTF-8: save it as UTF-8");
	if (c.at == c.end)
		unreadable(s, "empty: the first line must have the names of the fields");
	c.separator = find_separator(c.at);
	read_row(s, &c, &header, &header);
	check_header(s, &header);
	while (c.at < c.end) {
		struct row *r = add_row(s, c.line);
		read_row(s, &c, &header, r);
		if (r->count == 0 && r->fault == NULL)
			s->count--; /* an empty line */
	}
	free(header.cells);
	if (s->count == 0)
		unreadable(s, "no row follows the header");
}

void source_read(struct source *s, const char *path, bool csv)
{
	FILE *from = path != NULL ? fopen(path, "re") : stdin;
	struct stat before, after;
	struct text text = {0};
	char bytes[65536];
	size_t n;

	*s = (struct source){.path = path, .csv = csv};
	if (from == NULL)
		unreadable(s, strerror(errno));
	bool known = fstat(fileno(from), &before) == 0;
	while (text.len <= SOURCE_MAX_BYTES && (n = fread(bytes, 1, sizeof bytes, from)) > 0)
		text_add(&text, bytes, n);
	bool failed = ferror(from) != 0;
	bool changed =
	    known && fstat(fileno(from), &after) == 0 &&
	    (after.st_size != before.st_size || after.st_mtim.tv_sec != before.st_mtim.tv_sec ||
	     after.st_mtim.tv_nsec != before.st_mtim.tv_nsec);
	if (path != NULL)
		fclose(from);
	if (failed)
		unreadable(s, "it cannot be read");
	if (changed && S_ISREG(before.st_mode))
		unreadable(s, "it was changed while it was read");
	size_t len = text.len;
	if (len > SOURCE_MAX_BYTES)
		unreadable(s, "over 64 MiB");
	text_add(&text, "", 1);
	ctl_text(&text);
	s->text = text.at;
	if (csv)
		read_csv(s, len);
	else
		read_json(s, len);
}

void source_free(struct source *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->rows[i].cells);
	for (size_t i = 0; i < s->name_count; i++)
		free(s->names[i]);
	free(s->rows);
	free(s->names);
	free(s->text);
}
