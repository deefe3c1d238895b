#include "source.h"
#include "core/json.h"
#include "core/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(char why[static SOURCE_WHY_SIZE], const char *words)
{
	snprintf(why, SOURCE_WHY_SIZE, "%s", words);
	return false;
}

static bool no_memory(char why[static SOURCE_WHY_SIZE])
{
	return fail(why, "out of memory");
}

/* Keeps a string until source_free, and returns it. NULL: no memory. */
static const char *own(struct source *s, char *string)
{
	bool full = (s->string_count & (s->string_count - 1)) == 0; /* at each power of two */

	if (string != NULL && full) {
		size_t count = s->string_count ? 2 * s->string_count : 1;
		char **strings = realloc(s->strings, count * sizeof *strings);
		if (strings == NULL) {
			free(string);
			return NULL;
		}
		s->strings = strings;
	}
	return string != NULL ? s->strings[s->string_count++] = string : NULL;
}

static struct row *add_row(struct source *s, size_t line)
{
	if ((s->count & (s->count - 1)) == 0) { /* at each power of two */
		struct row *rows = realloc(s->rows, (s->count ? 2 * s->count : 1) * sizeof *rows);
		if (rows == NULL)
			return NULL;
		s->rows = rows;
	}
	s->rows[s->count] = (struct row){.line = line};
	return &s->rows[s->count++];
}

static bool add_cell(struct row *r, struct cell cell)
{
	struct cell *cells;

	if (cell.name == NULL ||
	    (cells = realloc(r->cells, (r->count + 1) * sizeof *cells)) == NULL)
		return false;
	r->cells = cells;
	r->cells[r->count++] = cell;
	return true;
}

/* --- JSON
 * -------------------------------------------------------------------------------------- */

static const char *own_name(struct source *s, struct span written)
{
	struct text name = {0};

	json_append(&name, written);
	text_add(&name, "", 1);
	return own(s, name.failed ? NULL : name.at);
}

static bool read_object(struct source *s, struct scan *scan, struct row *r)
{
	struct span name;

	while (scan_next(scan, &name)) {
		struct cell cell = {own_name(s, name), {NULL, 0}, true};
		if (!scan_value(scan, &cell.value))
			return false;
		for (size_t i = 0; i < r->count && cell.name != NULL; i++)
			if (strcmp(r->cells[i].name, cell.name) == 0)
				r->fault = "a member stands twice";
		if (!add_cell(r, cell))
			return false;
	}
	return true;
}

static bool read_json(struct source *s, size_t len, char why[static SOURCE_WHY_SIZE])
{
	struct scan scan;

	scan_begin_document(&scan, s->text, len, SCAN_DEPTH_MAX - 1);
	bool array = scan_enter(&scan, '[');
	while (array && scan_next(&scan, NULL)) {
		struct row *r = add_row(s, s->count + 1);
		if (r == NULL)
			return no_memory(why);
		scan.unrepresentable = false;
		if (scan_enter(&scan, '{')) {
			if (!read_object(s, &scan, r) && !scan.failed)
				return no_memory(why);
		} else if (scan_value(&scan, NULL)) {
			r->fault = "not an object";
		}
		if (scan.unrepresentable)
			r->fault = "\\u0000 or half a surrogate pair in a string";
	}
	if (array && scan_finish(&scan))
		return true;
	malformed_tell(s->text, len, "id", why);
	return false;
}

/* --- CSV
 * --------------------------------------------------------------------------------------- */

struct csv {
	char *at, *end;
	char separator;
	size_t line;
};

/* Takes one cell off the text, and takes its quotes away in place. *last: the row ends behind it.
 * NULL: a quote has no end. */
static char *take_csv(struct csv *c, bool *last)
{
	char *cell = c->at, *to = c->at;
	bool quoted = c->at < c->end && *c->at == '"';

	c->at += quoted;
	for (; c->at < c->end; c->at++) {
		if (quoted && *c->at == '"') {
			if (c->at + 1 == c->end || c->at[1] != '"') {
				quoted = false;
				continue;
			}
			c->at++;
		} else if (!quoted && (*c->at == c->separator || *c->at == '\n')) {
			break;
		}
		c->line += *c->at == '\n';
		*to++ = *c->at;
	}
	if (quoted)
		return NULL;
	*last = c->at >= c->end || *c->at == '\n';
	c->line += c->at < c->end && *c->at == '\n';
	c->at += c->at < c->end;
	if (*last && to > cell && to[-1] == '\r')
		to--;
	*to = '\0';
	return cell;
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
static bool read_row(struct csv *c, struct row *header, struct row *r,
		     char why[static SOURCE_WHY_SIZE])
{
	bool last = false, empty = true;
	size_t column = 0;

	for (; !last; column++) {
		char *cell = take_csv(c, &last);
		if (cell == NULL) {
			snprintf(why, SOURCE_WHY_SIZE, "line %zu: a quote without its end",
				 r->line);
			return false;
		}
		empty = empty && *cell == '\0';
		if (r == header) {
			if (!add_cell(r, (struct cell){trim(cell), {NULL, 0}, false}))
				return no_memory(why);
		} else if (column < header->count && *cell != '\0') {
			struct cell member = {header->cells[column].name, span_of(cell), false};
			if (!add_cell(r, member))
				return no_memory(why);
		}
	}
	if (r != header && !empty && column != header->count)
		r->fault = "it has not as many cells as the header";
	return true;
}

static bool check_header(const struct row *header, char why[static SOURCE_WHY_SIZE])
{
	for (size_t i = 0; i < header->count; i++) {
		if (*header->cells[i].name == '\0')
			return fail(why, "the header has a column without a name");
		if (strchr(header->cells[i].name, '\r') != NULL)
			return fail(why, "its lines end with CR alone: save it with LF");
		for (size_t k = 0; k < i; k++)
			if (strcmp(header->cells[i].name, header->cells[k].name) == 0)
				return fail(why, "the header has a name twice");
	}
	return true;
}

static bool read_csv(struct source *s, size_t len, char why[static SOURCE_WHY_SIZE])
{
	struct csv c = {.at = s->text, .end = s->text + len, .separator = ',', .line = 1};
	struct row header = {.line = 1};
	size_t first;

	if (len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
		c.at += 3;
	if (!scan_is_utf8(c.at, (size_t)(c.end - c.at)) ||
	    memchr(c.at, '\0', (size_t)(c.end - c.at)) != NULL)
		return fail(why, "not UTF-8: save it as UTF-8");
	first = strcspn(c.at, "\n");
	if (memchr(c.at, ',', first) == NULL)
		c.separator = memchr(c.at, ';', first)    ? ';'
			      : memchr(c.at, '\t', first) ? '\t'
							  : ',';
	bool good = read_row(&c, &header, &header, why) && check_header(&header, why);
	while (good && c.at < c.end) {
		struct row *r = add_row(s, c.line);
		good = r != NULL ? read_row(&c, &header, r, why) : no_memory(why);
		if (good && r->count == 0 && r->fault == NULL)
			s->count--; /* an empty line */
	}
	free(header.cells);
	return good && s->count == 0 ? fail(why, "no row follows the header") : good;
}

/* --- Both
 * -------------------------------------------------------------------------------------- */

bool source_read(struct source *s, const char *path, bool csv, char why[static SOURCE_WHY_SIZE])
{
	FILE *from = path != NULL ? fopen(path, "re") : stdin;
	struct text text = {0};
	char bytes[65536];
	size_t n;

	*s = (struct source){0};
	if (from == NULL)
		return fail(why, strerror(errno));
	while (text.len <= SOURCE_MAX_BYTES && (n = fread(bytes, 1, sizeof bytes, from)) > 0)
		text_add(&text, bytes, n);
	bool failed = ferror(from) != 0;
	if (path != NULL)
		fclose(from);
	size_t len = text.len;
	text_add(&text, "", 1);
	s->text = text.at;
	if (text.failed)
		return no_memory(why);
	if (failed || len > SOURCE_MAX_BYTES)
		return fail(why, failed ? "it cannot be read" : "over 64 MiB");
	return csv ? read_csv(s, len, why) : read_json(s, len, why);
}

void source_free(struct source *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->rows[i].cells);
	for (size_t i = 0; i < s->string_count; i++)
		free(s->strings[i]);
	free(s->rows);
	free(s->strings);
	free(s->text);
}
