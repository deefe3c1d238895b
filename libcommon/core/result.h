/* result: the possible outcomes of a request, and what HTTP says about each. */
#ifndef SSA_RESULT_H
#define SSA_RESULT_H

/* Each outcome has its row in the table of result.c. */
enum result {
	RESULT_OK,
	RESULT_NO_CONTENT,
	RESULT_NOT_MODIFIED,
	RESULT_BAD_REQUEST,
	RESULT_UNAUTHENTICATED,
	RESULT_FORBIDDEN,
	RESULT_NOT_FOUND,
	RESULT_METHOD,
	RESULT_TOO_LARGE,
	RESULT_MEDIA_TYPE,
	RESULT_TOO_MANY,
	RESULT_UNAVAILABLE,
	RESULT_INTERNAL, /* stays last; an unknown outcome counts as this one */
};

/* What the client learns. Nothing here depends on the request, so nothing of it can leak. */
struct result_http {
	int status;          /* RFC 9110, section 15 */
	const char *reason;  /* the reason phrase of the status line */
	const char *message; /* the public text, unless the handler sets its own */
};

/* Never returns NULL. A value outside the enum counts as RESULT_INTERNAL. */
const struct result_http *result_http(enum result result);

/* The row of a status. NULL: no outcome has it. */
const struct result_http *result_with_status(int status);

#endif
