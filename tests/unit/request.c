/* request: the variables, lengths and parameters of a request. */
#include "http/request.h"
#include "check.h"

#include <stdint.h>

static struct request q;

/* A member of the request, and how often the variable came, where that is counted. */
static const struct {
	const char *name;
	const char *const *value;
	const unsigned *count;
} variables[] = {
    {"REQUEST_METHOD", &q.method, NULL},
    {"PATH_INFO", &q.path_info, NULL},
    {"QUERY_STRING", &q.query, NULL},
    {"CONTENT_TYPE", &q.content_type, NULL},
    {"CONTENT_LENGTH", &q.length_text, NULL},
    {"REMOTE_ADDR", &q.remote_addr, NULL},
    {"HTTP_X_AUTH_TOKEN", &q.ticket, &q.ticket_count},
    {"HTTP_CSRFPREVENTIONTOKEN", &q.csrf_token, &q.csrf_token_count},
    {"HTTP_AUTHORIZATION", &q.authorization, &q.authorization_count},
    {"HTTP_IF_NONE_MATCH", &q.known_tags, NULL},
    {"HTTP_PREFER", &q.prefer, NULL},
    {"HTTP_CONTENT_ENCODING", &q.coding, NULL},
};

static void take(const char *name, const char *value)
{
	request_take(&q, name, strlen(name), value);
}

TEST(take)
{
	struct request before;

	memset(&q, 0xff, sizeof q);
	request_init(&q);
	CHECK(q.body != NULL && q.body_bytes == 0);
	EACH(variable, variables)
		CHECK_ROW(**variable->value == '\0' && (!variable->count || *variable->count == 0),
			  variable->name);
	EACH(variable, variables) {
		take(variable->name, variable->name);
		CHECK_TEXT(*variable->value, variable->name, variable->name);
		CHECK_ROW(!variable->count || *variable->count == 1, variable->name);
	}
	/* Names that are one byte shorter or longer, or differ in case, are other names. */
	before = q;
	EACH_WORD(other, "REQUEST_METHO REQUEST_METHODS request_method EQUEST_METHOD PATH_INF "
			 "PATH_INFOS QUERY_STRING_ CONTENT_ CONTENT_TYPES REMOTE_ADDRESS "
			 "HTTP_X_AUTH_TOKE HTTP_X_AUTH_TOKENS HTTP_X_FORWARDED_FOR X_AUTH_TOKEN "
			 "HTTP_CSRFPREVENTIONTOKENS HTTP_CONTENT_LENGTH REDIRECT_REMOTE_ADDR") {
		take(other, "other");
		CHECK_ROW(memcmp(&before, &q, sizeof q) == 0, other);
	}
	take("", "other");
	CHECK(memcmp(&before, &q, sizeof q) == 0);
	/* The name has only name_len bytes. */
	request_take(&q, "REQUEST_METHOD=x", 14, "n");
	CHECK(*q.method == 'n');
	EACH(variable, variables) {
		take(variable->name, "x");
		CHECK_ROW(!variable->count || *variable->count == 2, variable->name);
	}
}

/* The length that is announced. */
static void show(FILE *out, const char *text)
{
	size_t bytes = 1;

	request_init(&q);
	q.length_text = text;
	if (request_announced(&q, &bytes))
		fprintf(out, "%zu", bytes);
	else
		fputs("none", out);
}

static check_pair lengths[] = {
    {"0", "0 000"},
    {"7", "7"},
    {"16384", "16384 0016384"},
    {"99999999999", "99999999999"},
    {"none", "184467440737095516160 18446744073709551616 99999999999999999999999999"},
    {"none", "-1 +1 1,1 0x10 1e3 1.0 a \t1 1\t \xd9\xa1"},
};

TEST(lengths)
{
	CHECK_WORDS(lengths, show);
	CHECK_RENDERED("", "0", show);
	CHECK_RENDERED(" 1", "none", show);
	CHECK_RENDERED("1 ", "none", show);
	/* The largest number is refused or right. */
	size_t bytes;
	q.length_text = "18446744073709551615";
	CHECK(!request_announced(&q, &bytes) || bytes == SIZE_MAX);
}
