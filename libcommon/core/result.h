/* result: the possible outcomes of a request. http/reply.c knows what HTTP says about each. */
#ifndef SSA_RESULT_H
#define SSA_RESULT_H

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

#endif
