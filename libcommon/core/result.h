/* result: the outcomes a request can have, and what HTTP says of each. */
#ifndef SSA_RESULT_H
#define SSA_RESULT_H

/* The order is the order of the table in result.c. */
enum result {
	RESULT_OK,
	RESULT_NO_CONTENT,
	RESULT_BAD_REQUEST,
	RESULT_UNAUTHENTICATED,
	RESULT_FORBIDDEN,
	RESULT_NOT_FOUND,
	RESULT_METHOD,
	RESULT_TOO_LARGE,
	RESULT_MEDIA_TYPE,
	RESULT_TOO_MANY,
	RESULT_UNAVAILABLE,
	RESULT_INTERNAL, /* last: an unknown outcome is this one */
};

/* What the client is told. Nothing here depends on the request, so nothing of it can leak. */
struct result_http {
	int status;          /* RFC 9110, section 15 */
	const char *reason;  /* the reason phrase of the status line */
	const char *message; /* the public text where the handler has none of its own */
};

/* Never NULL; a value outside the enum is answered as RESULT_INTERNAL. */
const struct result_http *result_http(enum result result);

#endif
