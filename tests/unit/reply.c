/* reply: what the front-end server gets. (http.rows tests it through lighttpd.) */
#include "http/reply.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

static void test_refuse(void)
{
	struct reply rep = {0};
	char reason[1000];

	text_string(&rep.body, "half of a good answer");
	CHECK(reply_refuse(&rep, RESULT_FORBIDDEN, "why") == RESULT_FORBIDDEN);
	CHECK(rep.result == RESULT_FORBIDDEN && rep.body.len == 0 &&
	      strcmp(rep.reason, "why") == 0);
	memset(reason, 'r', sizeof reason);
	reason[sizeof reason - 1] = '\0';
	reply_refuse(&rep, RESULT_INTERNAL, reason);
	CHECK(strlen(rep.reason) == sizeof rep.reason - 1 &&
	      strspn(rep.reason, "r") == sizeof rep.reason - 1);
	text_free(&rep.body);
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

static void test_render(void)
{
	struct reply rep = {.result = RESULT_OK};

	text_string(&rep.body, "{}");
	CHECK_ROW(strcmp(written(&rep), "Status: 200 OK\r\nContent-Type: application/json\r\n"
					"Content-Length: 2\r\n" COMMON "\r\n{}") == 0,
		  written(&rep));
	rep.without_body = true;
	CHECK_ROW(strcmp(written(&rep), "Status: 200 OK\r\nContent-Type: application/json\r\n"
					"Content-Length: 2\r\n" COMMON "\r\n") == 0,
		  written(&rep));
	text_free(&rep.body);
	rep = (struct reply){.result = RESULT_NO_CONTENT, .allow = "GET, OPTIONS"};
	CHECK_ROW(strcmp(written(&rep),
			 "Status: 204 No Content\r\n" COMMON "Allow: GET, OPTIONS\r\n\r\n") == 0,
		  written(&rep));
	rep = (struct reply){.result = RESULT_UNAUTHENTICATED};
	CHECK_ROW(strcmp(written(&rep),
			 "Status: 401 Unauthorized\r\nContent-Type: application/json\r\n"
			 "Content-Length: 56\r\n" COMMON
			 "WWW-Authenticate: X-Auth-Token realm=\"SimpleServerAPI\", "
			 "Bearer realm=\"SimpleServerAPI\"\r\n\r\n"
			 "{\"code\":401,\"message\":\"authentication failed\",\"data\":\"\"}") == 0,
		  written(&rep));
	rep = (struct reply){.result = RESULT_TOO_MANY, .retry_after_s = 7};
	CHECK_ROW(strstr(written(&rep), "\r\nRetry-After: 7\r\n") != NULL, written(&rep));
	rep = (struct reply){.result = RESULT_UNAVAILABLE};
	CHECK_ROW(strstr(written(&rep), "\r\nRetry-After: 1\r\n") != NULL, written(&rep));
	rep = (struct reply){.result = RESULT_BAD_REQUEST, .message = "username is missing"};
	CHECK_ROW(strstr(written(&rep), "\"message\":\"username is missing\"") != NULL,
		  written(&rep));
	/* If there was not enough memory for a good answer, the reply is an error. */
	rep = (struct reply){.result = RESULT_OK, .body = {.failed = true}};
	CHECK_ROW(strncmp(written(&rep), "Status: 500 ", 12) == 0 &&
		      strstr(written(&rep), "{\"code\":500,\"message\":\"internal error\"") != NULL,
		  written(&rep));
}

/* Each result has its status. The body of an error fits into the reply and is JSON: its message has
 * nothing to escape. */
static void test_statuses(void)
{
	static const struct {
		int result; /* also values that the enum does not have */
		int status;
	} rows[] = {
	    {RESULT_OK, 200},
	    {RESULT_NO_CONTENT, 204},
	    {RESULT_NOT_MODIFIED, 304},
	    {RESULT_BAD_REQUEST, 400},
	    {RESULT_UNAUTHENTICATED, 401},
	    {RESULT_FORBIDDEN, 403},
	    {RESULT_NOT_FOUND, 404},
	    {RESULT_METHOD, 405},
	    {RESULT_TOO_LARGE, 413},
	    {RESULT_MEDIA_TYPE, 415},
	    {RESULT_TOO_MANY, 429},
	    {RESULT_UNAVAILABLE, 503},
	    {RESULT_INTERNAL, 500},
	    {RESULT_INTERNAL + 1, 500},
	    {1000, 500},
	    {-1, 500},
	    {0x7fffffff, 500},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reply rep = {.result = (enum result)rows[i].result};
		char head[64], body[64];
		const char *whole = written(&rep);
		int end = 0;

		CHECK_ROW(reply_status(&rep) == rows[i].status, whole);
		snprintf(head, sizeof head, "Status: %d ", rows[i].status);
		CHECK_ROW(strncmp(whole, head, strlen(head)) == 0 && whole[strlen(head)] != '\r',
			  whole);
		if (rows[i].status < 400)
			continue;
		snprintf(body, sizeof body,
			 "\r\n\r\n{\"code\":%d,\"message\":\"%%*[ ,a-z/]\",\"data\":\"\"}%%n",
			 rows[i].status);
		sscanf(strstr(whole, "\r\n\r\n"), body, &end);
		CHECK_ROW(end > 0 && strstr(whole, "\r\n\r\n")[end] == '\0', whole);
	}
}

int main(void)
{
	test_refuse();
	test_render();
	test_statuses();
	return check_done();
}
