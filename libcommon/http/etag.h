/* etag: tells a client whether it has the present reply already (RFC 9110, 8.8.3 and 13.1.2). */
#ifndef SSA_ETAG_H
#define SSA_ETAG_H

#include "core/crypto.h"
#include "core/text.h"

#include <stdbool.h>

/* Adds the header line ETag. */
void etag_write(struct text *headers, const char digest[static CRYPTO_DIGEST_LEN]);

/* Whether a list of tags, the value of If-None-Match, has this one or is *. The weak comparison
 * counts: a server in front that compresses replies may have put W/ before the tag. */
bool etag_is_known(const char *known_tags, const char digest[static CRYPTO_DIGEST_LEN]);

#endif
