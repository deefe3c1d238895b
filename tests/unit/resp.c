/* resp: replies of Redis. */
#include "redis/resp.h"
#include "check.h"

#include <string.h>

static void test_numbers(void)
{
	static const struct {
		const char *bytes;
		bool good;
		long long number;
	} rows[] = {
	    {":42\r\n", true, 42},       {":-1\r\n", true, -1},
	    {"$2\r\n42\r\n", true, 42},  {"$0\r\n\r\n", false, 0},
	    {"$3\r\n42x\r\n", false, 0}, {"$20\r\n99999999999999999999\r\n", false, 0},
	    {"+42\r\n", false, 0},       {"$-1\r\n", false, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct resp_reader *r = resp_reader_new();
		long long number = 0;
		bool broken;
		CHECK(resp_feed(r, rows[i].bytes, strlen(rows[i].bytes)));
		CHECK_ROW(resp_number(resp_next(r, &broken), &number) == rows[i].good,
			  rows[i].bytes);
		if (rows[i].good)
			CHECK_ROW(number == rows[i].number, rows[i].bytes);
		resp_reader_free(r);
	}
}

int main(void)
{
	test_numbers();
	return check_done();
}
