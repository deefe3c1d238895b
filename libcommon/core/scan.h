/* scan: a strict walk over JSON text (RFC 8259) that allocates nothing. It exists beside cJSON
 * because cJSON accepts what is not JSON (trailing bytes, 01, raw control characters, invalid
 * UTF-8) and changes what is (2^53+1, 1.10): here every byte is checked, and a value is the piece
 * of text it came as.
 *
 *   scan_begin(&s, text, len, 32);
 *   if (scan_enter(&s, '['))
 *           while (scan_next(&s, NULL))
 *                   scan_value(&s, &element);
 *   if (!scan_finish(&s)) ... not JSON, s.at is where ...
 */
#ifndef SSA_SCAN_H
#define SSA_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of somebody else's text. */
struct span {
	const char *at;
	size_t len;
};

enum { SCAN_DEPTH_MAX = 512 };

struct scan {
	const char *at, *end;
	unsigned depth, max_depth;
	bool failed;          /* not JSON, or deeper than max_depth; `at` stays at the fault */
	bool first;           /* the container at the top was just entered */
	bool escaped;         /* the last string or name stepped over has escapes */
	bool unrepresentable; /* a string held \u0000 or half a surrogate pair: JSON by its grammar,
				but no C string and no Unicode text (RFC 8259, 8.2). The reader
				decides; may be reset */
	unsigned char object[SCAN_DEPTH_MAX / 8]; /* a bit for each level: object or array */
};

/* max_depth is at most SCAN_DEPTH_MAX. */
void scan_begin(struct scan *s, const char *text, size_t len, unsigned max_depth);

/* The first character of the value ahead: { [ " - 0…9 t f n; '\0' at the end of the text. */
char scan_peek(struct scan *s);

/* Steps into the array or object ahead. false: there is none (the scan has not failed). */
bool scan_enter(struct scan *s, char bracket);

/* Steps to the next element or member of the container last entered; `name` (may be NULL) is the
 * member's name as written, without its quotes. false: the container ended and was left, or it
 * failed. */
bool scan_next(struct scan *s, struct span *name);

/* Steps over one whole value; `value` (may be NULL) is its text, quotes included. */
bool scan_value(struct scan *s, struct span *value);

/* Whether text[0..len) is UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF). */
bool scan_is_utf8(const char *text, size_t len);

/* true: nothing failed and only white space is left. */
bool scan_finish(struct scan *s);

#endif
