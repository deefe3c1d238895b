/* text: a text that grows. */
#include "core/text.h"
#include "check.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

static bool is(const struct text *t, const char *want)
{
	return t->len == strlen(want) && memcmp(t->at, want, t->len) == 0;
}

static void test_numbers(void)
{
	static const long long rows[] = {0,          1,         -1,        9,       10,
					 1790000000, LLONG_MAX, LLONG_MIN, INT_MIN, 100};
	char want[32];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct text t = {0};
		text_number(&t, rows[i]);
		snprintf(want, sizeof want, "%lld", rows[i]);
		CHECK_ROW(is(&t, want), want);
		text_free(&t);
	}
}

static void test_json(void)
{
	static const struct {
		const char *string, *want;
	} rows[] = {
	    {"", "\"\""},
	    {"abc", "\"abc\""},
	    {"a\"b", "\"a\\\"b\""},
	    {"a\\b", "\"a\\\\b\""},
	    {"a/b", "\"a/b\""},
	    {"\n", "\"\\u000a\""},
	    {"\x01\x1f", "\"\\u0001\\u001f\""},
	    {"\x7f", "\"\x7f\""},
	    {"\xc3\xa9", "\"\xc3\xa9\""},
	    {"\"\"", "\"\\\"\\\"\""},
	    {"</script>", "\"</script>\""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct text t = {0};
		text_json(&t, rows[i].string);
		CHECK_ROW(is(&t, rows[i].want), rows[i].want);
		text_free(&t);
	}
}

static void test_growth(void)
{
	struct text t = {0};
	char *want = malloc(100000);

	for (size_t i = 0; i < 100000; i++) {
		want[i] = (char)('a' + i % 23);
		text_add(&t, want + i, 1);
	}
	CHECK(!t.failed && t.len == 100000 && t.cap >= t.len && memcmp(t.at, want, 100000) == 0);
	/* One piece that is more than twice as large as the text so far. */
	text_clear(&t, 10);
	CHECK(t.len == 0 && t.cap <= 10);
	text_add(&t, want, 1);
	text_add(&t, want, 100000);
	CHECK(!t.failed && t.len == 100001 && memcmp(t.at + 1, want, 100000) == 0);
	/* After it is cleared it keeps its memory, unless it has too much. */
	const char *at = t.at;
	text_clear(&t, t.cap);
	CHECK(t.len == 0 && t.at == at);
	text_add(&t, "", 0);
	text_string(&t, "");
	CHECK(t.len == 0 && !t.failed);
	text_free(&t);
	CHECK(t.at == NULL && t.len == 0 && t.cap == 0);
	free(want);
}

/* A text remembers that it ran out of memory, until it is cleared. */
static void test_failure(void)
{
	struct text t = {0};

	text_string(&t, "abc");
	text_add(&t, "x", SIZE_MAX / 2);
	CHECK(t.failed && t.len == 3);
	text_string(&t, "def");
	text_number(&t, 5);
	text_json(&t, "g");
	CHECK(t.failed && t.len == 3 && memcmp(t.at, "abc", 3) == 0);
	text_clear(&t, 100000);
	text_string(&t, "new");
	CHECK(!t.failed && is(&t, "new"));
	text_free(&t);
}

int main(void)
{
	test_numbers();
	test_json();
	test_growth();
	test_failure();
	return check_done();
}
