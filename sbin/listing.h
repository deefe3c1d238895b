/* listing: rows with named columns, which are printed as a table or, with --json, as an array of
 * objects. */
#ifndef SSA_LISTING_H
#define SSA_LISTING_H

#include <stdbool.h>
#include <stddef.h>

enum { LISTING_COLUMNS_MAX = 8 };

struct listing {
	const char *columns[LISTING_COLUMNS_MAX]; /* up to a NULL */
	struct listing_cell *cells;               /* of all rows */
	size_t count, capacity;
};

/* Adds the next cell; rows follow from the number of columns. NULL is null in JSON, and `-` in a
 * table. */
void listing_text(struct listing *l, const char *text);
void listing_number(struct listing *l, long long number);
/* JSON, such as a value as the file has it. */
void listing_value(struct listing *l, const char *at, size_t len);
/* A time, as YYYY-MM-DDTHH:MM:SSZ. */
void listing_time(struct listing *l, long long unix_seconds);

/* Prints it to stdout and frees it, escaped (see escape.h). */
void listing_print(struct listing *l, bool json);

#endif
