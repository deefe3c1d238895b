#include "listing.h"
#include "core/scan.h"
#include "core/text.h"

#include <stdint.h>
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

/* Characters that cannot be seen, or change how the text around them is seen: those that command a
 * terminal, turn the direction of writing (U+202E), have no width, look like a space, or are for
 * private use. Each pair is the first and the last of a range. */
static const uint32_t invisible[][2] = {
    {0x0000, 0x001F},   {0x007F, 0x00A0},   {0x00AD, 0x00AD},   {0x034F, 0x034F},
    {0x061C, 0x061C},   {0x070F, 0x070F},   {0x115F, 0x1160},   {0x1680, 0x1680},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},   {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xE000, 0xF8FF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159}, {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
};

static bool is_invisible(uint32_t character)
{
	for (size_t i = 0; i < sizeof invisible / sizeof invisible[0]; i++)
		if (character >= invisible[i][0] && character <= invisible[i][1])
			return true;
	return false;
}

/* Reads a character from UTF-8, and moves *at behind it. A byte that is not UTF-8 is one of its
 * own, from U+DC80 on, as Python writes it. */
static uint32_t next_character(const char **at)
{
	const unsigned char *c = (const unsigned char *)*at;
	size_t len = c[0] < 0xC2 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : c[0] < 0xF5 ? 4 : 1;
	uint32_t character = len == 1 ? c[0] : c[0] & (0x7FU >> len);

	if (c[0] != '\0' && !scan_is_utf8(*at, strnlen(*at, len))) {
		*at += 1;
		return 0xDC00 + c[0];
	}
	for (size_t i = 1; i < len; i++)
		character = character << 6 | (c[i] & 0x3F);
	*at += len;
	return character;
}

size_t listing_escape(const char *text, FILE *to)
{
	char escaped[16];
	size_t width = 0;

	while (*text != '\0') {
		const char *from = text;
		uint32_t character = next_character(&text);
		bool raw = character >= 0xDC80 && character <= 0xDCFF;
		if (!raw && !is_invisible(character)) {
			if (to != NULL)
				fwrite(from, 1, (size_t)(text - from), to);
			width++;
			continue;
		}
		width += (size_t)snprintf(escaped, sizeof escaped,
					  raw || character < 0x100 ? "\\x%02x" : "\\u{%04x}",
					  (unsigned)(raw ? character - 0xDC00 : character));
		if (to != NULL)
			fputs(escaped, to);
	}
	return width;
}

static void print_table(const struct listing *l, size_t columns)
{
	size_t width[LISTING_COLUMNS_MAX] = {0};

	for (size_t i = 0; i < columns; i++)
		width[i] = strlen(l->columns[i]);
	for (size_t i = 0; i < l->count; i++) {
		size_t w = listing_escape(l->cells[i] ? l->cells[i] : "-", NULL);
		if (w > width[i % columns])
			width[i % columns] = w;
	}
	for (size_t i = 0; i < columns + l->count; i++) {
		const char *cell = i < columns                     ? l->columns[i]
				   : l->cells[i - columns] != NULL ? l->cells[i - columns]
								   : "-";
		size_t w = listing_escape(cell, stdout);
		if (i % columns == columns - 1)
			fputc('\n', stdout);
		else
			printf("%*s", (int)(width[i % columns] - w + 2), "");
	}
}

/* Writes JSON, in which characters beyond ASCII are only in strings. There, what cannot be seen is
 * escaped, too. */
static void write_json(const char *json)
{
	while (*json != '\0') {
		const char *from = json;
		uint32_t character = next_character(&json);
		if (character < 0x80 || !is_invisible(character))
			fwrite(from, 1, (size_t)(json - from), stdout);
		else if (character < 0x10000)
			printf("\\u%04x", (unsigned)character);
		else
			printf("\\u%04x\\u%04x", (unsigned)(0xD7C0 + (character >> 10)),
			       (unsigned)(0xDC00 + (character & 0x3FF)));
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
	text_add(&out, "", 1);
	bool complete = !out.failed;
	if (complete)
		write_json(out.at);
	text_free(&out);
	return complete;
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
	return printed && fflush(stdout) == 0 && !ferror(stdout);
}
