/* text: a growing piece of text. Running out of memory is remembered, so that a writer checks once,
 * at its end, instead of after every word. */
#ifndef SSA_TEXT_H
#define SSA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty text. `at` is not NUL-terminated. */
struct text {
	char *at;
	size_t len, cap;
	bool failed; /* memory ran out: what stands in `at` is incomplete */
};

void text_add(struct text *t, const char *bytes, size_t len);
void text_string(struct text *t, const char *string);
void text_number(struct text *t, long long number);

/* A number as a string of its own; returns where it begins in `out`. */
enum { TEXT_DECIMAL_SIZE = 24 };
const char *text_decimal(char out[static TEXT_DECIMAL_SIZE], long long number);

/* Adds a string as a JSON string, quotes included (RFC 8259, section 7). `string` is UTF-8. */
void text_json(struct text *t, const char *string);

/* Empties the text and keeps its memory, at most keep_bytes of it. */
void text_clear(struct text *t, size_t keep_bytes);
void text_free(struct text *t);

#endif
