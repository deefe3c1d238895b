/* text: a text that grows. */
#include "core/text.h"
#include "check.h"

#include <limits.h>
#include <stdint.h>

TEST(numbers)
{
	static const long long rows[] = {0,          1,         -1,        9,       10,
					 1790000000, LLONG_MAX, LLONG_MIN, INT_MIN, 100};
	char want[32];

	EACH(row, rows) {
		struct text t = {0};
		text_number(&t, *row);
		snprintf(want, sizeof want, "%lld", *row);
		CHECK_BYTES(t.at, t.len, want, want);
		text_free(&t);
	}
}

static void show_json(FILE *out, const char *string)
{
	struct text t = {0};

	text_json(&t, string);
	fwrite(t.at, 1, t.len, out);
	text_free(&t);
}

static check_pair strings[] = {
    {"\"\"", ""},
    {"\"abc\"", "abc"},
    {"\"a\\\"b\"", "a\"b"},
    {"\"a\\\\b\"", "a\\b"},
    {"\"a/b\"", "a/b"},
    {"\"\\u000a\"", "\n"},
    {"\"\\u0001\\u001f\"", "\x01\x1f"},
    {"\"\x7f\xc3\xa9\"", "\x7f\xc3\xa9"},
    {"\"</script>\"", "</script>"},
};

TEST(growth)
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
TEST(failure)
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
	CHECK(!t.failed);
	CHECK_BYTES(t.at, t.len, "new", NULL);
	text_free(&t);
}

TEST(strings)
{
	EACH(row, strings)
		CHECK_RENDERED((*row)[1], (*row)[0], show_json);
}
