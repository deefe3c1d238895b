/* The parts that the fuzz targets share: assertions (CLAIM), a second JSON reader to compare with,
 * and the environment of the modules. The linker (--wrap) replaces a few functions of the C library
 * by functions of the target. So no system call is slower than a memcpy, and a byte of the input
 * can cause every failure. */
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

/* Whether the text is JSON by RFC 8259, at most max_depth deep. It is written differently
 * from scan.c: by recursion, and with whole code points. *odd: a string held \u0000 or half
 * a surrogate pair. */
bool fuzz_is_json(const char *text, size_t len, unsigned max_depth, bool *odd);

/* Whether the text is UTF-8 without a NUL. */
bool fuzz_is_text(const char *text, size_t len);

/* The input of a target, read from the front. After its end it reads as zeros. */
struct bytes {
	const uint8_t *at;
	size_t left;
};
uint8_t fuzz_byte(struct bytes *in);

/* The next piece up to a byte `end`, or up to the end of the input, as a string. The
 * caller frees it. */
char *fuzz_string(struct bytes *in, uint8_t end);

/* fuzz_log_lines returns how many lines log_event wrote since the last call. fuzz_log_line is
 * the last of them. Every line is checked when it is written: printable ASCII, and one newline
 * at its end. */
unsigned fuzz_log_lines(void);
extern char fuzz_log_line[8192];
extern size_t fuzz_log_len;

#endif
