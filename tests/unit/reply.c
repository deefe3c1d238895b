/* reply: what the front-end server gets. (http.rows tests it through lighttpd.) */
#include "http/reply.h"
#include "check.h"

TEST(refuse)
{
	struct reply rep = {0};
	char reason[1000];

	text_string(&rep.body, "half of a good answer");
	text_string(&rep.headers, "ETag: \"x\"\r\n");
	CHECK(reply_refuse(&rep, RESULT_FORBIDDEN, "why") == RESULT_FORBIDDEN);
	CHECK(rep.result == RESULT_FORBIDDEN && rep.body.len == 0 && rep.headers.len == 0 &&
	      strcmp(rep.reason, "why") == 0);
	memset(reason, 'r', sizeof reason);
	reason[sizeof reason - 1] = '\0';
	reply_refuse(&rep, RESULT_INTERNAL, reason);
	CHECK(strlen(rep.reason) == sizeof rep.reason - 1 &&
	      strspn(rep.reason, "r") == sizeof rep.reason - 1);
	text_free(&rep.body);
	text_free(&rep.headers);
}

/* The whole reply, head and body, as one string. */
static const char *written(const struct reply *rep)
{
	static char whole[2000];
	struct reply_bytes out;

	reply_render(rep, &out);
	snprintf(whole, sizeof whole, "%.*s%.*s", (int)out.head_len, out.head, (int)out.body_len,
		 out.body_len ? out.body : "");
	return whole;
}

#define COMMON "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"

TEST(render)
{
	struct reply rep = {.result = RESULT_OK};

	text_string(&rep.body, "{}");
	CHECK_TEXT(
	    written(&rep),
	    "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" COMMON
	    "\r\n{}",
	    "a body");
	rep.without_body = true;
	CHECK_TEXT(
	    written(&rep),
	    "Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" COMMON
	    "\r\n",
	    "HEAD");
	text_free(&rep.body);
	rep = (struct reply){.result = RESULT_NO_CONTENT, .allow = "GET, OPTIONS"};
	CHECK_TEXT(written(&rep), "Status: 204 No Content\r\n" COMMON "Allow: GET, OPTIONS\r\n\r\n",
		   "OPTIONS");
	rep = (struct reply){.result = RESULT_UNAUTHENTICATED};
	CHECK_TEXT(written(&rep),
		   "Status: 401 Unauthorized\r\nContent-Type: application/json\r\n"
		   "Content-Length: 56\r\n" COMMON
		   "WWW-Authenticate: X-Auth-Token realm=\"SimpleServerAPI\", "
		   "Bearer realm=\"SimpleServerAPI\"\r\n\r\n"
		   "{\"code\":401,\"message\":\"authentication failed\",\"data\":\"\"}",
		   "an error");
	/* If there was not enough memory for a good answer, the reply is an error. */
	rep = (struct reply){.result = RESULT_OK, .body = {.failed = true}};
	CHECK_ROW(strncmp(written(&rep), "Status: 500 ", 12) == 0 &&
		      strstr(written(&rep), "{\"code\":500,\"message\":\"internal error\"") != NULL,
		  written(&rep));
}

/* A part of some replies. */
TEST(parts)
{
	const struct {
		struct reply reply;
		const char *part;
	} rows[] = {
	    {{.result = RESULT_TOO_MANY, .retry_after_s = 7}, "\r\nRetry-After: 7\r\n"},
	    {{.result = RESULT_UNAVAILABLE}, "\r\nRetry-After: 1\r\n"},
	    {{.result = RESULT_BAD_REQUEST, .message = "username is missing"},
	     "\"message\":\"username is missing\""},
	};

	EACH(row, rows)
		CHECK_ROW(strstr(written(&row->reply), row->part) != NULL, written(&row->reply));
}

/* Each result has its status. The body of an error fits into the reply and is JSON: its message has
 * nothing to escape. */
TEST(statuses)
{
	static const int statuses[] = {
	    [RESULT_OK] = 200,          [RESULT_NO_CONTENT] = 204,      [RESULT_NOT_MODIFIED] = 304,
	    [RESULT_BAD_REQUEST] = 400, [RESULT_UNAUTHENTICATED] = 401, [RESULT_FORBIDDEN] = 403,
	    [RESULT_NOT_FOUND] = 404,   [RESULT_METHOD] = 405,          [RESULT_TOO_LARGE] = 413,
	    [RESULT_MEDIA_TYPE] = 415,  [RESULT_TOO_MANY] = 429,        [RESULT_UNAVAILABLE] = 503,
	    [RESULT_INTERNAL] = 500,    [RESULT_INTERNAL + 1] = 500,    [1000] = 500,
	};

	EACH(status, statuses) {
		struct reply rep = {.result = (enum result)(status - statuses)};
		char head[64], body[80];
		const char *whole = written(&rep);
		int end = 0;

		if (*status == 0)
			continue;
		CHECK_ROW(reply_status(&rep) == *status, whole);
		snprintf(head, sizeof head, "Status: %d ", *status);
		CHECK_ROW(strncmp(whole, head, strlen(head)) == 0 && whole[strlen(head)] != '\r',
			  whole);
		if (*status < 400)
			continue;
		snprintf(body, sizeof body,
			 "\r\n\r\n{\"code\":%d,\"message\":\"%%*[ ,a-z/]\",\"data\":\"\"}%%n",
			 *status);
		sscanf(strstr(whole, "\r\n\r\n"), body, &end);
		CHECK_ROW(end > 0 && strstr(whole, "\r\n\r\n")[end] == '\0', whole);
	}
	CHECK(reply_status(&(struct reply){.result = (enum result) - 1}) == 500);
}
