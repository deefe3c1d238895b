/* percent: percent-encoding (RFC 3986, 2.1), as it stands in URLs and in query strings. */
#ifndef SSA_PERCENT_H
#define SSA_PERCENT_H

#include "core/span.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Decodes each %XX of a text into `out`, which has `size` bytes; *len is the number of bytes that
 * were written. The result may hold any byte, also NUL. `form`: a plus sign means a space
 * (application/x-www-form-urlencoded). false: a percent sign is not followed by two hexadecimal
 * digits, or the result does not fit. It never has more bytes than the text. */
bool percent_decode(struct span from, bool form, char *out, size_t size, size_t *len);

/* Adds a query string or a part of it. What is encoded there stays so; what must not stand in a
 * URL, nor between the angle brackets of a Link header (RFC 8288, 3), is written %XX. */
void percent_add(struct text *out, struct span query);

#endif
