/* request: the variables, lengths and parameters of a request. */
#include "http/request.h"
#include "check.h"

#include <stdint.h>
#include <string.h>

static void take(struct request *q, const char *name, const char *value)
{
	request_take(q, name, strlen(name), value);
}

static void test_take(void)
{
	struct request q;

	memset(&q, 0xff, sizeof q);
	request_init(&q);
	CHECK(*q.method == '\0' && *q.path_info == '\0' && *q.query == '\0' &&
	      *q.content_type == '\0');
	CHECK(*q.remote_addr == '\0' && *q.ticket == '\0' && *q.csrf_token == '\0' &&
	      *q.length_text == '\0');
	CHECK(*q.coding == '\0' && *q.authorization == '\0' && *q.known_tags == '\0' &&
	      *q.prefer == '\0');
	CHECK(q.ticket_count == 0 && q.authorization_count == 0 && q.csrf_token_count == 0 &&
	      q.body != NULL && q.body_bytes == 0);

	take(&q, "REQUEST_METHOD", "m");
	take(&q, "PATH_INFO", "p");
	take(&q, "QUERY_STRING", "q");
	take(&q, "CONTENT_TYPE", "t");
	take(&q, "CONTENT_LENGTH", "l");
	take(&q, "REMOTE_ADDR", "a");
	take(&q, "HTTP_X_AUTH_TOKEN", "x");
	take(&q, "HTTP_CSRFPREVENTIONTOKEN", "c");
	take(&q, "HTTP_AUTHORIZATION", "b");
	take(&q, "HTTP_IF_NONE_MATCH", "n");
	take(&q, "HTTP_PREFER", "f");
	take(&q, "HTTP_CONTENT_ENCODING", "z");
	CHECK(*q.authorization == 'b' && *q.known_tags == 'n' && *q.prefer == 'f' &&
	      *q.coding == 'z');
	CHECK(*q.method == 'm' && *q.path_info == 'p' && *q.query == 'q' && *q.content_type == 't');
	CHECK(*q.remote_addr == 'a' && *q.ticket == 'x' && *q.csrf_token == 'c' &&
	      *q.length_text == 'l');
	CHECK(q.ticket_count == 1 && q.authorization_count == 1 && q.csrf_token_count == 1);

	/* Names that are one byte shorter or longer, or differ in case, are other names. */
	static const char *const others[] = {"REQUEST_METHO",
					     "REQUEST_METHODS",
					     "request_method",
					     "EQUEST_METHOD",
					     "",
					     "PATH_INF",
					     "PATH_INFOS",
					     "QUERY_STRING_",
					     "CONTENT_",
					     "CONTENT_TYPES",
					     "REMOTE_ADDRESS",
					     "HTTP_X_AUTH_TOKE",
					     "HTTP_X_AUTH_TOKENS",
					     "HTTP_X_FORWARDED_FOR",
					     "X_AUTH_TOKEN",
					     "HTTP_CSRFPREVENTIONTOKENS",
					     "HTTP_CONTENT_LENGTH",
					     "REDIRECT_REMOTE_ADDR"};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct request before = q;
		take(&q, others[i], "other");
		CHECK_ROW(memcmp(&before, &q, sizeof q) == 0, others[i]);
	}
	/* The name has only name_len bytes. */
	request_take(&q, "REQUEST_METHOD=x", 14, "n");
	CHECK(*q.method == 'n');

	take(&q, "HTTP_X_AUTH_TOKEN", "x");
	take(&q, "HTTP_CSRFPREVENTIONTOKEN", "c");
	take(&q, "HTTP_AUTHORIZATION", "b");
	CHECK(q.ticket_count == 2 && q.csrf_token_count == 2 && q.authorization_count == 2);
}

static void test_announced(void)
{
	static const struct {
		const char *text;
		bool good;
		size_t bytes;
	} rows[] = {
	    {"", true, 0},
	    {"0", true, 0},
	    {"7", true, 7},
	    {"16384", true, 16384},
	    {"0016384", true, 16384},
	    {"99999999999", true, 99999999999},
	    {"184467440737095516160", false, 0},
	    {"99999999999999999999999999", false, 0},
	    {"-1", false, 0},
	    {"+1", false, 0},
	    {" 1", false, 0},
	    {"1 ", false, 0},
	    {"1,1", false, 0},
	    {"0x10", false, 0},
	    {"1e3", false, 0},
	    {"1.0", false, 0},
	    {"a", false, 0},
	    {"\xd9\xa1", false, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct request q;
		size_t bytes = 1;
		request_init(&q);
		q.length_text = rows[i].text;
		bool good = request_announced(&q, &bytes);
		CHECK_ROW(good == rows[i].good && (!good || bytes == rows[i].bytes), rows[i].text);
	}
	/* Near the largest number, the value is refused or right, and never overflows. */
	struct request q;
	size_t bytes = 0;
	request_init(&q);
	q.length_text = "18446744073709551616";
	CHECK(!request_announced(&q, &bytes));
	q.length_text = "18446744073709551615";
	CHECK(!request_announced(&q, &bytes) || bytes == SIZE_MAX);
}

int main(void)
{
	test_take();
	test_announced();
	return check_done();
}
