/* percent: percent-encoding, in both directions. */
#include "core/percent.h"
#include "check.h"

#include <string.h>

/* `form` and `plain`: the decoded text with and without plus signs as spaces. NULL: refused. */
static const struct {
	const char *text, *form, *plain;
} rows[] = {
    {"", "", ""},
    {"a+b", "a b", "a+b"},
    {"%41%4a%4A", "AJJ", "AJJ"},
    {"%2B%2b%25", "++%", "++%"},
    {"%c3%a9", "\xc3\xa9", "\xc3\xa9"},
    {"%", NULL, NULL},
    {"%4", NULL, NULL},
    {"a%4", NULL, NULL},
    {"%4g", NULL, NULL},
    {"%g4", NULL, NULL},
    {"%+4", NULL, NULL},
    {"%%41", NULL, NULL},
    {"%:0", NULL, NULL}, /* the character behind 9 */
    {"%@0", NULL, NULL}, /* the character before A */
    {"%`0", NULL, NULL}, /* the character before a */
};

static bool decodes(const char *text, bool form, const char *want)
{
	char out[32];
	size_t len;
	bool good = percent_decode(span_of(text), form, out, sizeof out, &len);

	return want == NULL ? !good : good && len == strlen(want) && memcmp(out, want, len) == 0;
}

static void test_decode(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_ROW(decodes(rows[i].text, true, rows[i].form), rows[i].text);
		CHECK_ROW(decodes(rows[i].text, false, rows[i].plain), rows[i].text);
	}
}

static void test_nul(void)
{
	char out[4];
	size_t len;

	CHECK(percent_decode(span_of("a%00b"), true, out, sizeof out, &len) && len == 3);
	CHECK(memcmp(out, "a\0b", 3) == 0);
}

/* Nothing behind the end of the text is read, and nothing behind the end of `out` is written. */
static void test_size(void)
{
	char out[3] = "__!";
	size_t len;

	CHECK(!percent_decode((struct span){"%41", 2}, false, out, 2, &len));
	CHECK(!percent_decode((struct span){"%41", 1}, false, out, 2, &len));
	CHECK(percent_decode(span_of("%41b"), false, out, 2, &len) && len == 2);
	CHECK(memcmp(out, "Ab!", 3) == 0);
	CHECK(!percent_decode(span_of("%41bc"), false, out, 2, &len));
	CHECK(out[2] == '!');
	CHECK(percent_decode(span_of(""), false, out, 0, &len) && len == 0);
}

static void test_add(void)
{
	static const char want[] = "a=b%20%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A9%0A%7F+~";
	struct text out = {0};

	percent_add(&out, span_of("a=b%20\"<>\\^`{|}\xc3\xa9\n\x7f+~"));
	CHECK(out.len == sizeof want - 1 && memcmp(out.at, want, out.len) == 0);
	text_free(&out);
}

int main(void)
{
	test_decode();
	test_nul();
	test_size();
	test_add();
	return check_done();
}
