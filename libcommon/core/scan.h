/* scan: a strict scan of JSON text (RFC 8259) that allocates nothing. cJSON accepts text that is
 * not JSON (trailing bytes, 01, raw control characters, invalid UTF-8), and changes values that are
 * JSON (2^53+1, 1.10). This scan checks every byte, and a value is its text as written.
 *
 *   scan_begin(&s, text, len, 32);
 *   if (scan_enter(&s, '['))
 *           while (scan_next(&s, NULL))
 *                   scan_value(&s, &element);
 *   if (!scan_finish(&s)) ... not JSON
 *
 * After a failure, s.at is where the scan stopped. */
#ifndef SSA_SCAN_H
#define SSA_SCAN_H

#include "core/span.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCAN_DEPTH_MAX = 512 };

struct scan {
	const char *at, *end;
	unsigned depth, max_depth;
	bool failed;  /* not JSON, or deeper than max_depth */
	bool first;   /* the innermost container was just entered */
	bool escaped; /* the last string or name has escapes */
	/* A string had \u0000 or half a surrogate pair. JSON allows that, but it is no C string or
	 * no Unicode text (RFC 8259, 8.2). The caller decides what it means, and may reset this. */
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

/* The same for a whole file or body. A byte order mark, which some editors write, is skipped (RFC
 * 8259, 8.1). */
void scan_begin_document(struct scan *s, const char *text, size_t len, unsigned max_depth);

/* Returns the first character of the value ahead: { [ " - 0…9 t f n; or '\0' at the end. */
char scan_peek(struct scan *s);

/* Enters the array or object ahead. false: the next character is another one, or it is nested too
 * deep, which alone is a failure. */
bool scan_enter(struct scan *s, char bracket);

/* Begins a scan of a value that was scanned before, and enters it. false: it begins otherwise. */
bool scan_into(struct scan *s, struct span value, char bracket);

/* Steps to the next element or member of the container that was entered last. `name` (NULL: not
 * needed) gets the member's name as written, without its quotes. false: the container ended and was
 * left, or the scan failed. */
bool scan_next(struct scan *s, struct span *name);

/* Steps over one value. `value` (NULL: not needed) gets its text, with the quotes of a string. */
bool scan_value(struct scan *s, struct span *value);

/* Whether text[0..len) is UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF). */
bool scan_is_utf8(const char *text, size_t len);

/* Tells whether nothing failed and only white space is left. */
bool scan_finish(struct scan *s);

#endif
