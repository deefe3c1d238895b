/* text: a text that grows. It remembers that memory ran out, so a writer checks once, at the
 * end. */
#ifndef SSA_TEXT_H
#define SSA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* All zero: an empty text. There is no NUL at its end. */
struct text {
	char *at;
	size_t len, cap;
	bool failed; /* memory ran out: the text is incomplete */
};

void text_add(struct text *t, const char *bytes, size_t len);
void text_string(struct text *t, const char *string);
void text_number(struct text *t, long long number);

/* Writes a number into `out`, and returns where it begins. */
enum { TEXT_DECIMAL_SIZE = 24 };
const char *text_decimal(char out[static TEXT_DECIMAL_SIZE], long long number);

/* Adds a string as a JSON string, with quotes (RFC 8259, section 7). `string` is UTF-8. */
void text_json(struct text *t, const char *string);

/* Empties the text. Its memory stays, unless it is more than keep_bytes. */
void text_clear(struct text *t, size_t keep_bytes);
void text_free(struct text *t);

#endif
