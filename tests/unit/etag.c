/* etag: which values of If-None-Match have a tag. */
#include "http/etag.h"
#include "check.h"

#include <string.h>

#define TAG "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
_Static_assert(sizeof TAG - 1 == CRYPTO_DIGEST_LEN, "a digest");

TEST(rows)
{
	static const struct {
		const char *known;
		bool has;
	} rows[] = {
	    {"", false},
	    {"*", true},
	    {"**", false},
	    {"\"" TAG "\"", true},
	    {"W/\"" TAG "\"", true},
	    {"\"x\", \"\", W/\"y\",\"" TAG "\"", true},
	    {"\"x\",\"" TAG "\", \"y\"", true},
	    {TAG, false},
	    {"\"" TAG, false},
	    {"\"" TAG "x\"", false},
	    {"\"x" TAG "\"", false},
	    {"\"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQ\"", false},
	    {"\"", false},
	};
	struct text headers = {0};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(etag_is_known(rows[i].known, TAG) == rows[i].has, rows[i].known);
	etag_write(&headers, TAG);
	CHECK(headers.len == strlen("ETag: \"" TAG "\"\r\n") &&
	      memcmp(headers.at, "ETag: \"" TAG "\"\r\n", headers.len) == 0);
	text_free(&headers);
}
