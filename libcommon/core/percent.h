/* percent: percent-encoding (RFC 3986, 2.1) in URLs and query strings. */
#ifndef SSA_PERCENT_H
#define SSA_PERCENT_H

#include "core/span.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Decodes a text into out[0..size), which is *len bytes then, any of which may be NUL, and never
 * longer than the text. `form`: a plus sign is a space (application/x-www-form-urlencoded). false:
 * a percent sign lacks its two hexadecimal digits, or the result does not fit. */
bool percent_decode(struct span from, bool form, char *out, size_t size, size_t *len);

/* Adds a part of a query string. What is encoded stays so. Other characters become %XX if they may
 * not be in a URL, or between the angle brackets of a Link header (RFC 8288, 3). */
void percent_add(struct text *out, struct span query);

#endif
