#include "listing.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void add(struct listing *l, char *cell, bool is_json)
{
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 64;
		char **cells = realloc(l->cells, capacity * sizeof *cells);
		if (cells != NULL)
			l->cells = cells;
		bool *marks = realloc(l->is_json, capacity * sizeof *marks);
		if (marks != NULL)
			l->is_json = marks;
		if (cells == NULL || marks == NULL) {
			l->failed = true;
			free(cell);
			return;
		}
		l->capacity = capacity;
	}
	if (cell == NULL && !is_json)
		l->failed = true;
	l->is_json[l->count] = is_json;
	l->cells[l->count++] = cell;
}

void listing_text(struct listing *l, const char *text)
{
	add(l, strdup(text), false);
}

void listing_value(struct listing *l, const char *at, size_t len)
{
	add(l, at != NULL ? strndup(at, len) : NULL, true);
}

void listing_number(struct listing *l, long long number)
{
	char buffer[TEXT_DECIMAL_SIZE];
	const char *decimal = text_decimal(buffer, number);

	listing_value(l, decimal, strlen(decimal));
}

void listing_time(struct listing *l, long long unix_seconds)
{
	time_t seconds = (time_t)unix_seconds;
	char text[32] = "-";
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL)
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	listing_text(l, text);
}

/* The width on a terminal, if every character is one column wide. */
static size_t print_cell(const char *cell, FILE *to)
{
	size_t width = 0;

	for (; *cell != '\0'; cell++) {
		unsigned char c = (unsigned char)*cell;
		bool control =
		    c < 0x20 || c == 0x7F || (c == 0xC2 && (unsigned char)cell[1] < 0xA0);
		if (control && to != NULL)
			fprintf(to, "\\x%02x", c);
		else if (to != NULL)
			fputc(c, to);
		width += control ? 4 : (c & 0xC0) != 0x80;
	}
	return width;
}

static void print_table(const struct listing *l, size_t columns)
{
	size_t width[LISTING_COLUMNS_MAX] = {0};

	for (size_t i = 0; i < columns; i++)
		width[i] = strlen(l->columns[i]);
	for (size_t i = 0; i < l->count; i++) {
		size_t w = print_cell(l->cells[i] ? l->cells[i] : "-", NULL);
		if (w > width[i % columns])
			width[i % columns] = w;
	}
	for (size_t i = 0; i < columns + l->count; i++) {
		const char *cell = i < columns                     ? l->columns[i]
				   : l->cells[i - columns] != NULL ? l->cells[i - columns]
								   : "-";
		size_t w = print_cell(cell, stdout);
		if (i % columns == columns - 1)
			fputc('\n', stdout);
		else
			printf("%*s", (int)(width[i % columns] - w + 2), "");
	}
}

static bool print_json(const struct listing *l, size_t columns)
{
	struct text out = {0};

	text_string(&out, "[");
	for (size_t i = 0; i < l->count; i++) {
		size_t column = i % columns;
		text_string(&out, column > 0 ? "," : i > 0 ? ",\n {" : "\n {");
		text_json(&out, l->columns[column]);
		text_string(&out, ":");
		if (l->cells[i] == NULL)
			text_string(&out, "null");
		else if (l->is_json[i])
			text_string(&out, l->cells[i]);
		else
			text_json(&out, l->cells[i]);
		if (column == columns - 1)
			text_string(&out, "}");
	}
	text_string(&out, l->count > 0 ? "\n]\n" : "]\n");
	bool written = !out.failed && fwrite(out.at, 1, out.len, stdout) == out.len;
	text_free(&out);
	return written;
}

bool listing_print(struct listing *l, bool json)
{
	size_t columns = 1;
	bool printed = !l->failed;

	while (columns < LISTING_COLUMNS_MAX && l->columns[columns] != NULL)
		columns++;
	if (printed && json)
		printed = print_json(l, columns);
	else if (printed)
		print_table(l, columns);
	for (size_t i = 0; i < l->count; i++)
		free(l->cells[i]);
	free(l->cells);
	free(l->is_json);
	return printed && fflush(stdout) == 0;
}
