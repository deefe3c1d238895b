#include "listing.h"
#include "core/text.h"
#include "ctl.h"
#include "escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct listing_cell {
	char *text; /* NULL: there is no value */
	bool is_json;
};

static void add(struct listing *l, char *text, bool is_json)
{
	l->cells = ctl_grow(l->cells, l->count, &l->capacity, sizeof *l->cells);
	l->cells[l->count++] = (struct listing_cell){text, is_json};
}

void listing_text(struct listing *l, const char *text)
{
	add(l, text != NULL ? ctl_copy(text, strlen(text)) : NULL, false);
}

void listing_value(struct listing *l, const char *at, size_t len)
{
	add(l, at != NULL ? ctl_copy(at, len) : NULL, true);
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

static void print_table(const struct listing *l, size_t columns)
{
	size_t width[LISTING_COLUMNS_MAX] = {0};

	/* The first pass measures, the second one prints. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < columns + l->count; i++) {
			const char *text = i < columns ? l->columns[i] : l->cells[i - columns].text;
			size_t column = i % columns;
			size_t w = escape_write(text ? text : "-", pass == 0 ? NULL : stdout);
			if (pass == 0)
				width[column] = w > width[column] ? w : width[column];
			else if (column == columns - 1)
				putchar('\n');
			else
				printf("%*s", (int)(width[column] - w + 2), "");
		}
}

static void print_json(const struct listing *l, size_t columns)
{
	struct text out = {0};

	text_string(&out, "[");
	for (size_t i = 0; i < l->count; i++) {
		size_t column = i % columns;
		const struct listing_cell *cell = &l->cells[i];
		text_string(&out, column > 0 ? "," : i > 0 ? ",\n {" : "\n {");
		text_json(&out, l->columns[column]);
		text_string(&out, ":");
		if (cell->text == NULL)
			text_string(&out, "null");
		else if (cell->is_json)
			text_string(&out, cell->text);
		else
			text_json(&out, cell->text);
		text_string(&out, column == columns - 1 ? "}" : "");
	}
	text_string(&out, l->count > 0 ? "\n]\n" : "]\n");
	text_add(&out, "", 1);
	escape_json(ctl_text(&out).at, stdout);
	text_free(&out);
}

void listing_print(struct listing *l, bool json)
{
	size_t columns = 1;

	while (columns < LISTING_COLUMNS_MAX && l->columns[columns] != NULL)
		columns++;
	if (json)
		print_json(l, columns);
	else
		print_table(l, columns);
	for (size_t i = 0; i < l->count; i++)
		free(l->cells[i].text);
	free(l->cells);
}
