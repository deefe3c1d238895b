/* scgi: a netstring of CGI variables and a body, in any pieces. */
#include "http/scgi.h"
#include "check.h"

#include <string.h>

#define ROW(text, ended, state, body)                                                              \
	{                                                                                          \
		text, sizeof(text) - 1, ended, state, body                                         \
	}

TEST(states)
{
	static const struct {
		const char *at;
		size_t len;
		bool ended;
		enum scgi_state state;
		const char *body;
	} rows[] = {
	    ROW("", false, SCGI_PARTIAL, NULL),
	    ROW("", true, SCGI_BROKEN, NULL),
	    ROW("4", false, SCGI_PARTIAL, NULL),
	    ROW("4", true, SCGI_BROKEN, NULL),
	    ROW("x", false, SCGI_BROKEN, NULL),
	    ROW(":", false, SCGI_BROKEN, NULL),
	    ROW("0:,", false, SCGI_BROKEN, NULL),
	    ROW("-4:", false, SCGI_BROKEN, NULL),
	    ROW("65537:", false, SCGI_BROKEN, NULL),
	    ROW("65536:", false, SCGI_PARTIAL, NULL),
	    ROW("0000004", false, SCGI_BROKEN, NULL),
	    ROW("000004:a\0b\0,", false, SCGI_WHOLE, ""),
	    ROW("4:a\0b\0", false, SCGI_PARTIAL, NULL),
	    ROW("4:a\0b\0", true, SCGI_BROKEN, NULL),
	    ROW("4:a\0b\0,", false, SCGI_WHOLE, ""),
	    ROW("4:a\0b\0;", false, SCGI_BROKEN, NULL),
	    ROW("4:a\0bc,", false, SCGI_BROKEN, NULL),
	    ROW("2:a\0,", false, SCGI_BROKEN, NULL),
	    ROW("2:\0\0,", false, SCGI_WHOLE, ""),
	    ROW("17:CONTENT_LENGTH\0\063\0,", false, SCGI_PARTIAL, NULL),
	    ROW("17:CONTENT_LENGTH\0\063\0,ab", false, SCGI_PARTIAL, NULL),
	    ROW("17:CONTENT_LENGTH\0\063\0,ab", true, SCGI_WHOLE, NULL),
	    ROW("17:CONTENT_LENGTH\0\063\0,abc", false, SCGI_WHOLE, "abc"),
	    ROW("17:CONTENT_LENGTH\0\063\0,abcd", false, SCGI_WHOLE, "abcd"),
	    ROW("17:CONTENT_LENGTH\0x\0,", false, SCGI_WHOLE, ""),
	    /* Too much for a handler, but read all the same; and too much to be read. */
	    ROW("21:CONTENT_LENGTH\0"
		"16385"
		"\0,",
		false, SCGI_PARTIAL, NULL),
	    ROW("21:CONTENT_LENGTH\0"
		"65536"
		"\0,",
		false, SCGI_PARTIAL, NULL),
	    ROW("21:CONTENT_LENGTH\0"
		"65537"
		"\0,",
		false, SCGI_WHOLE, NULL),
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct request q = {.body = NULL};
		enum scgi_state state = scgi_read(rows[i].at, rows[i].len, rows[i].ended, &q);
		CHECK_ROW(state == rows[i].state, rows[i].at);
		if (state == SCGI_WHOLE)
			CHECK_ROW(rows[i].body == NULL ? q.body == NULL
						       : strcmp(q.body, rows[i].body) == 0,
				  rows[i].at);
	}
}

TEST(strings)
{
	static const char text[] =
	    "57:REQUEST_METHOD\0GET\0PATH_INFO\0/100\0QUERY_STRING\0a=b\0x\0\0"
	    "y\0\0,";
	struct request q;

	CHECK(scgi_read(text, sizeof text - 1, false, &q) == SCGI_WHOLE);
	CHECK(strcmp(q.method, "GET") == 0 && strcmp(q.path_info, "/100") == 0 &&
	      strcmp(q.query, "a=b") == 0 && *q.ticket == '\0');
}
