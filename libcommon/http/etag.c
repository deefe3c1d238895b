#include "http/etag.h"

#include <string.h>

void etag_write(struct text *headers, const char digest[static CRYPTO_DIGEST_LEN])
{
	text_string(headers, "ETag: \"");
	text_add(headers, digest, CRYPTO_DIGEST_LEN);
	text_string(headers, "\"\r\n");
}

/* No other tag can have the quotes and the digest in it, since a tag has no quotes inside. */
bool etag_is_known(const char *known_tags, const char digest[static CRYPTO_DIGEST_LEN])
{
	if (strcmp(known_tags, "*") == 0)
		return true;
	for (const char *at = known_tags; (at = strchr(at, '"')) != NULL; at++)
		if (strncmp(at + 1, digest, CRYPTO_DIGEST_LEN) == 0 &&
		    at[1 + CRYPTO_DIGEST_LEN] == '"')
			return true;
	return false;
}
