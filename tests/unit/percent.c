/* percent: percent-encoding, in both directions. */
#include "core/percent.h"
#include "check.h"

/* The text decoded without and with plus signs as spaces. */
static void show(FILE *out, const char *text)
{
	char decoded[32];
	size_t len;

	for (int form = 0; form < 2; form++) {
		fputs(form ? " or " : "", out);
		if (percent_decode(span_of(text), form, decoded, sizeof decoded, &len))
			fwrite(decoded, 1, len, out);
		else
			fputs("none", out);
	}
}

static check_pair rows[] = {
    {"a+b or a b", "a+b"},
    {"AJJ or AJJ", "%41%4a%4A"},
    {"++% or ++%", "%2B%2b%25"},
    {"\xc3\xa9 or \xc3\xa9", "%c3%a9"},
    {"none or none", "% %4 a%4 %4g %g4 %+4 %%41 %:0 %@0 %`0"},
};

TEST(nul)
{
	char out[4];
	size_t len;

	CHECK(percent_decode(span_of("a%00b"), true, out, sizeof out, &len) && len == 3);
	CHECK(memcmp(out, "a\0b", 3) == 0);
}

/* Nothing behind the end of the text is read, and nothing behind the end of `out` is written. */
TEST(size)
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

TEST(add)
{
	struct text out = {0};

	percent_add(&out, span_of("a=b%20\"<>\\^`{|}\xc3\xa9\n\x7f+~"));
	CHECK_BYTES(out.at, out.len, "a=b%20%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A9%0A%7F+~", NULL);
	text_free(&out);
}

TEST(rows)
{
	CHECK_WORDS(rows, show);
	CHECK_RENDERED("", " or ", show);
}
