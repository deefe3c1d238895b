#include "core/result.h"

#include <stddef.h>

static const struct result_http rows[] = {
    [RESULT_OK] = {200, "OK", "OK"},
    [RESULT_NO_CONTENT] = {204, "No Content", ""},
    [RESULT_NOT_MODIFIED] = {304, "Not Modified", ""},
    [RESULT_BAD_REQUEST] = {400, "Bad Request", "bad request"},
    [RESULT_UNAUTHENTICATED] = {401, "Unauthorized", "authentication failed"},
    [RESULT_FORBIDDEN] = {403, "Forbidden", "forbidden"},
    [RESULT_NOT_FOUND] = {404, "Not Found", "not found"},
    [RESULT_METHOD] = {405, "Method Not Allowed", "method not allowed"},
    [RESULT_TOO_LARGE] = {413, "Content Too Large", "request body too large"},
    [RESULT_MEDIA_TYPE] = {415, "Unsupported Media Type", "content type must be application/json"},
    [RESULT_TOO_MANY] = {429, "Too Many Requests", "too many failed logins, try again later"},
    [RESULT_UNAVAILABLE] = {503, "Service Unavailable", "service unavailable, try again later"},
    [RESULT_INTERNAL] = {500, "Internal Server Error", "internal error"},
};

const struct result_http *result_http(enum result result)
{
	size_t i = (size_t)result;

	return &rows[i < sizeof rows / sizeof rows[0] ? i : RESULT_INTERNAL];
}

const struct result_http *result_with_status(int status)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].status == status)
			return &rows[i];
	return NULL;
}
