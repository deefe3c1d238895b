/* listing: rows with named columns, which are printed as a table or, with --json, as an array of
 * objects. */
#ifndef SSA_LISTING_H
#define SSA_LISTING_H

#include <stdbool.h>
#include <stddef.h>

enum { LISTING_COLUMNS_MAX = 8 };

struct listing {
	const char *columns[LISTING_COLUMNS_MAX]; /* up to a NULL */
	char **cells;                             /* of all rows; NULL: none */
	bool *is_json;                            /* the cell is JSON already, and no text */
	size_t count, capacity;
	bool failed; /* memory ran out */
};

/* Adds the next cell; rows follow from the number of columns. */
void listing_text(struct listing *l, const char *text);
void listing_number(struct listing *l, long long number);
/* A value as the file has it. NULL: null in JSON, `-` in a table. */
void listing_value(struct listing *l, const char *at, size_t len);
/* A time, as YYYY-MM-DDTHH:MM:SSZ. */
void listing_time(struct listing *l, long long unix_seconds);

/* Prints it to stdout and frees it. In a table, bytes that could command a terminal are written as
 * \xNN. false: memory ran out, or stdout took not all. */
bool listing_print(struct listing *l, bool json);

#endif
