/* result: the table of outcomes. */
#include "core/result.h"
#include "check.h"

#include <string.h>

int main(void)
{
	static const struct {
		enum result result;
		int status;
	} rows[] = {
	    {RESULT_NOT_MODIFIED, 304},    {RESULT_OK, 200},
	    {RESULT_NO_CONTENT, 204},      {RESULT_BAD_REQUEST, 400},
	    {RESULT_UNAUTHENTICATED, 401}, {RESULT_FORBIDDEN, 403},
	    {RESULT_NOT_FOUND, 404},       {RESULT_METHOD, 405},
	    {RESULT_TOO_LARGE, 413},       {RESULT_MEDIA_TYPE, 415},
	    {RESULT_TOO_MANY, 429},        {RESULT_UNAVAILABLE, 503},
	    {RESULT_INTERNAL, 500},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct result_http *http = result_http(rows[i].result);
		CHECK_ROW(http->status == rows[i].status, http->reason);
		CHECK_ROW(strlen(http->reason) > 0 && (http->status == 204 || http->status == 304 ||
						       strlen(http->message) > 0),
			  http->reason);
		/* The message is sent to clients. It has no quotes that need an escape, and
		 * no line break. */
		CHECK_ROW(strpbrk(http->message, "\"\\\n\r") == NULL, http->message);
	}
	CHECK(RESULT_INTERNAL + 1 == (int)(sizeof rows / sizeof rows[0]));

	/* An unknown outcome counts as an internal error. */
	static const int unknown[] = {RESULT_INTERNAL + 1, 1000, -1, 0x7fffffff};
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		CHECK(result_http((enum result)unknown[i])->status == 500);
	return check_done();
}
