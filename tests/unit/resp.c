/* resp: replies of Redis. */
#include "redis/resp.h"
#include "check.h"

/* The number that a reply is. */
static void show(FILE *out, const char *bytes)
{
	struct resp_reader *r = resp_reader_new();
	long long number = 0;
	bool broken;

	CHECK(resp_feed(r, bytes, strlen(bytes)));
	if (resp_number(resp_next(r, &broken), &number))
		fprintf(out, "%lld", number);
	resp_reader_free(r);
}

static check_pair rows[] = {
    {"42", ":42\r\n $2\r\n42\r\n"},
    {"-1", ":-1\r\n"},
    {"", "$0\r\n\r\n $3\r\n42x\r\n $20\r\n99999999999999999999\r\n +42\r\n $-1\r\n"},
};

TEST(rows)
{
	CHECK_WORDS(rows, show);
}
