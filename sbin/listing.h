/* listing: rows with named columns, which are printed as a table or, with --json, as an array of
 * objects. */
#ifndef SSA_LISTING_H
#define SSA_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

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

/* Writes a text to `to` (NULL: nowhere) and returns its width on a terminal, if every character is
 * one column wide. What commands a terminal, or cannot be seen, such as a character that turns the
 * direction of writing, is written as \xNN or \u{NNNN}. */
size_t listing_escape(const char *text, FILE *to);

/* Prints it to stdout and frees it, escaped; in JSON, what cannot be seen is \uNNNN. false: memory
 * ran out, or stdout took not all. */
bool listing_print(struct listing *l, bool json);

#endif
