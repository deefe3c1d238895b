/* scan: a strict scan of JSON text (RFC 8259) that allocates nothing. cJSON alone is not enough. It
 * accepts text that is not JSON (trailing bytes, 01, raw control characters, invalid UTF-8), and it
 * changes values that are JSON (2^53+1, 1.10). Here every byte is checked, and a value is the piece
 * of text that was written.
 *
 *   scan_begin(&s, text, len, 32);
 *   if (scan_enter(&s, '['))
 *           while (scan_next(&s, NULL))
 *                   scan_value(&s, &element);
 *   if (!scan_finish(&s)) ... not JSON
 *
 * After a failure s.at is the place where the scan stopped. */
#ifndef SSA_SCAN_H
#define SSA_SCAN_H

#include "core/span.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCAN_DEPTH_MAX = 512 };

struct scan {
	const char *at, *end;
	unsigned depth, max_depth;
	bool failed;  /* not JSON, or deeper than max_depth; `at` stays at the fault */
	bool first;   /* the innermost container was just entered */
	bool escaped; /* the last string or name that was read has escapes */
	/* A string held \u0000 or half a surrogate pair. The grammar of JSON allows that, but it is
	 * not a C string and not Unicode text (RFC 8259, 8.2). The reader decides what that means,
	 * and may reset this. */
	bool unrepresentable;
	unsigned char object[SCAN_DEPTH_MAX / 8]; /* a bit for each level: 1 for an object */
};

/* White space in JSON. */
static inline bool scan_is_space(char c)
{
	if (c == ' ')
		return true;
	return c == '\n' || c == '\t' || c == '\r';
}

/* Steps back over the white space before `at`, and not before `from`. */
const char *scan_before_space(const char *from, const char *at);

/* Begins a scan of text[0..len). max_depth is at most SCAN_DEPTH_MAX. */
void scan_begin(struct scan *s, const char *text, size_t len, unsigned max_depth);

/* The same for a whole file or body. A UTF-8 byte order mark before the JSON text is skipped: some
 * editors write one (RFC 8259, 8.1). */
void scan_begin_document(struct scan *s, const char *text, size_t len, unsigned max_depth);

/* Returns the first character of the value ahead: { [ " - 0…9 t f n; or '\0' at the end. */
char scan_peek(struct scan *s);

/* Enters the array or object ahead. Returns false if there is none, which is not a failure, or if
 * it is nested too deep, which is a failure. */
bool scan_enter(struct scan *s, char bracket);

/* Steps to the next element or member of the container that was entered last. `name` (may be NULL)
 * is the name of the member as written, without its quotes. Returns false if the container ended
 * and was left, or if the scan failed. */
bool scan_next(struct scan *s, struct span *name);

/* Steps over one whole value. `value` (may be NULL) is its text, with the quotes of a string. */
bool scan_value(struct scan *s, struct span *value);

/* Whether text[0..len) is UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF). */
bool scan_is_utf8(const char *text, size_t len);

/* Returns true if nothing failed and only white space is left. */
bool scan_finish(struct scan *s);

#endif
