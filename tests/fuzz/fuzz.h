/* What the fuzz targets share: claims, a second JSON reader to compare with, and the world outside
 * of the rooms, which the linker (--wrap) puts in place of a few C library functions: no system
 * call is slower than a memcpy, and every failure can be had by a byte of the input. */
#ifndef FUZZ_H
#define FUZZ_H

#include "core/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define CLAIM(condition)                                                                           \
	do                                                                                         \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);  \
			abort();                                                                   \
		}                                                                                  \
	while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whether the text is JSON by RFC 8259, at most max_depth deep. Written another way than scan.c: by
 * recursion, and with whole code points. *odd: a string held \u0000 or half a surrogate pair. */
bool fuzz_is_json(const char *text, size_t len, unsigned max_depth, bool *odd);

/* Whether the text is UTF-8 without a NUL. */
bool fuzz_is_text(const char *text, size_t len);

/* The input of a target, eaten from the front. What is not there reads as zeros. */
struct bytes {
	const uint8_t *at;
	size_t left;
};
uint8_t fuzz_byte(struct bytes *in);

/* The next piece up to a byte `end` (or all), as a string of its own; free it. */
char *fuzz_string(struct bytes *in, uint8_t end);

/* The lines that log_event wrote since the last call, and the last of them. Every line is checked
 * where it is written: printable ASCII, one newline, at its end. */
unsigned fuzz_log_lines(void);
extern char fuzz_log_line[8192];
extern size_t fuzz_log_len;

#endif
