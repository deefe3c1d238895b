/* scan: what RFC 8259 accepts and rejects, case by case, and compared with other readers of
 * the same rules. */
#include "core/scan.h"
#include "check.h"

#include <regex.h>
#include <string.h>

enum { DEPTH = 32 };

/* The text is in memory of exactly its length, so that a sanitizer sees a read beyond its end. */
static bool accepts(const char *text, size_t len, unsigned depth, bool *unrepresentable)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct scan s;
	struct span value = {NULL, 0};

	if (len > 0)
		memcpy(copy, text, len);
	scan_begin(&s, copy, len, depth);
	bool good = scan_value(&s, &value);
	CHECK_ROW(good == !s.failed, text);
	if (good)
		CHECK_ROW(value.at >= copy && value.at + value.len == s.at, text);
	good = scan_finish(&s);
	if (unrepresentable != NULL)
		*unrepresentable = s.unrepresentable;
	free(copy);
	return good;
}

static void walk_inside(struct scan *s, bool object)
{
	struct span name, value;

	while (scan_next(s, object ? &name : NULL))
		if (scan_enter(s, '{'))
			walk_inside(s, true);
		else if (scan_enter(s, '['))
			walk_inside(s, false);
		else if (!scan_value(s, &value))
			return;
}

/* Reads the same text step by step, which is the other way to use the interface. */
static bool walks(const char *text, size_t len, unsigned depth)
{
	struct scan s;

	scan_begin(&s, text, len, depth);
	if (scan_enter(&s, '{'))
		walk_inside(&s, true);
	else if (scan_enter(&s, '['))
		walk_inside(&s, false);
	else
		scan_value(&s, NULL);
	return scan_finish(&s);
}

struct row {
	bool good;
	const char *text;
	size_t len;
};
#define Y(literal)                                                                                 \
	{                                                                                          \
		true, literal, sizeof(literal) - 1                                                 \
	}
#define N(literal)                                                                                 \
	{                                                                                          \
		false, literal, sizeof(literal) - 1                                                \
	}

/* Values (section 3) */
static const struct row values[] = {
    Y("null"),     Y("true"),      Y("false"),     Y("0"),         Y("\"\""),       Y("[]"),
    Y("{}"),       N(""),          N(" "),         N("\n\t\r "),   N("nul"),        N("nulll"),
    N("NULL"),     N("Null"),      N("True"),      N("FALSE"),     N("tru"),        N("t"),
    N("f"),        N("n"),         N("undefined"), N("nan"),       N("NaN"),        N("-NaN"),
    N("Infinity"), N("-Infinity"), N("inf"),       N("truefalse"), N("true false"), N("null,"),
    N(",null"),    N("'a'"),       N("a"),         N("\\u0061"),   N("`a`"),        N("\0"),
    N("null\0"),   N("1\0"),       N("[1]\0"),     N("\x80"),      N("\xff")};

/* White space (section 2): these four and no others */
static const struct row spaces[] = {
    Y(" null"),          Y("null "),          Y("\tnull\t"), Y("\nnull\n"), Y("\rnull\r"),
    N("\fnull"),         N("\vnull"),         N("\bnull"),   N("null\f"),   N("\xc2\xa0null"),
    N("\xe2\x80\x83[]"), N("[\xe2\x81\xa0]"), N("[\x0c]"),   N("[1,\v2]")};

/* A byte order mark (section 8.1) */
static const struct row marks[] = {N("\xef\xbb\xbfnull"), N("\xef\xbb\xbf"), N("\xfe\xff\0n"),
				   N("\xff\xfe[\0]\0"), Y("\"\xef\xbb\xbf\"")};

/* Comments are not JSON */
static const struct row comments[] = {N("/**/1"),     N("1/**/"),  N("1//"), N("#\n1"),
				      N("[1,/**/2]"), N("1 // a"), N("{}#"), N("[]/")};

/* Numbers (section 6) */
static const struct row numbers[] = {
    Y("-0"),    Y("1"),     Y("-1"),      Y("10"),      Y("0.0"),      Y("-0.0"),  Y("0.5"),
    Y("1.10"),  Y("1e1"),   Y("1E1"),     Y("1e+1"),    Y("1e-1"),     Y("1E+01"), Y("0e0"),
    Y("-0e-0"), Y("1e999"), Y("-1e-999"), Y("1.5e300"), N("01"),       N("-01"),   N("00"),
    N("-00"),   N("+1"),    N("+0"),      N("-"),       N("--1"),      N("-+1"),   N("1."),
    N("-1."),   N(".5"),    N("-.5"),     N("1.e1"),    N("1e"),       N("1e+"),   N("1e-"),
    N("1E"),    N("e1"),    N("1e1.5"),   N("1.2.3"),   N("1e1e1"),    N("0x10"),  N("0X1"),
    N("0b1"),   N("0o7"),   N("1_000"),   N("1,000"),   N("1 000"),    N("1a"),    N("1f"),
    N("1L"),    N("- 1"),   N("1e 5"),    N("1 e5"),    N("\xd9\xa1"), N("0."),    N("0.e1"),
    N("-e1"),   N("$1"),    N("1%")};

/* Strings (section 7) */
static const struct row strings[] = {
    Y("\"a\""),       Y("\" \""),       Y("\"\x7f\""),    Y("\"'\""),       Y("\"/\""),
    Y("\"\\\"\""),    Y("\"\\\\\""),    Y("\"\\/\""),     Y("\"\\u0061\""), Y("\"\\u00e9\""),
    Y("\"\\uABCD\""), Y("\"\\uabcd\""), Y("\"\\uFFFF\""), Y("\"\\u0000\""), Y("\"\\ud800\""),
    Y("\"[{,:}]\""),  N("\""),          N("\"a"),         N("a\""),         N("\"\\\""),
    N("\"a\"b\""),    N("\"\\a\""),     N("\"\\v\""),     N("\"\\0\""),     N("\"\\x41\""),
    N("\"\\'\""),     N("\"\\U0061\""), N("\"\\ \""),     N("\"\\\n\""),    N("\"\\u\""),
    N("\"\\u0\""),    N("\"\\u00\""),   N("\"\\u006\""),  N("\"\\u006g\""), N("\"\\u 061\""),
    N("\"\\u+061\""), N("\"\\u-061\""), N("\"\\u0x61\""), N("\"\\u{61}\""), N("\"\\"),
    N("\"\\u"),       N("\"\\u006"),    N("\"\\u0061"),   N("\"\\ud83d\\"), N("\"\\\0\""),
    N("\"a\0b\""),    N("\"\n\""),      N("\"\t\""),      N("\"\r\""),      N("\"\x1f\""),
    N("\"\x01\""),    N("\"a\" \"b\"")};

/* UTF-8: shortest form, no surrogates, up to U+10FFFF (RFC 3629) */
static const struct row utf8[] = {
    Y("\"\xc2\x80\""),     Y("\"\xc3\xa9\""),     Y("\"\xdf\xbf\""),     Y("\"\xe0\xa0\x80\""),
    Y("\"\xed\x9f\xbf\""), Y("\"\xee\x80\x80\""), Y("\"\xef\xbf\xbf\""), N("\"\x80\""),
    N("\"\xbf\""),         N("\"\xc0\x80\""),     N("\"\xc0\xaf\""),     N("\"\xc1\xbf\""),
    N("\"\xc3\""),         N("\"\xc3\xa9\xa9\""), N("\"\xc3(\""),        N("\"\xe0\x80\x80\""),
    N("\"\xe0\x9f\xbf\""), N("\"\xe2\x82\""),     N("\"\xe2(\xa1\""),    N("\"\xed\xa0\x80\""),
    N("\"\xed\xbf\xbf\""), N("\"\xfe\""),         N("\"\xff\""),         N("\"\xf0\x9f\x96\""),
    N("\"\xe9\""),         N("[\"\xc3"),          N("\xc3\xa9"),         N("{\"\xff\":1}"),
    N("{\"a\xc3\":1}")};

/* Arrays (section 5) */
static const struct row arrays[] = {
    Y("[1]"),       Y("[1,2]"), Y("[[],[[]]]"), Y("[ ]"),  N("["),     N("]"),
    N("[1"),        N("[1,"),   N("[1,]"),      N("[,1]"), N("[,]"),   N("[1,,2]"),
    N("[1 2]"),     N("[1;2]"), N("[1:2]"),     N("[}"),   N("{]"),    N("[1]]"),
    N("[[1]"),      N("[[1],"), N("[1],"),      N("[]1"),  N("[] []"), N("[][]"),
    N("[\"a\":1]"), N("[a]"),   N("[1,\"]"),    N("(1)"),  N("[...]")};

/* Objects (section 4) */
static const struct row objects[] = {
    Y("{\"a\":1}"),   Y("{\"\":1}"),    Y("{ }"),         N("{"),          N("}"),
    N("{\"a\""),      N("{\"a\":"),     N("{\"a\":1"),    N("{\"a\":1,"),  N("{\"a\":1,}"),
    N("{,}"),         N("{,\"a\":1}"),  N("{\"a\" 1}"),   N("{\"a\"}"),    N("{\"a\":}"),
    N("{:1}"),        N("{a:1}"),       N("{'a':1}"),     N("{1:1}"),      N("{null:1}"),
    N("{[]:1}"),      N("{\"a\"::1}"),  N("{\"a\":1:2}"), N("{\"a\",1}"),  N("{\"a\"=1}"),
    N("{\"a\":1}}"),  N("{{}}"),        N("{\"a\":1}x"),  N("{}{}"),       N("{\"a\":1]"),
    N("[{\"a\":1]"),  N("[{]}"),        N("{\"a\":[}"),   N("{\"a\":[1}"), N("{\"\\x\":1}"),
    N("{\"a\n\":1}"), N("{\"a\":\"b}"), N("{\"a\":tru}"), N("{\"a\":01}"), N("{\"a\":1.}"),
    N("{} garbage"),  N("{}\0"),        N("{\0}")};

/* Long ones of all sections */
static const struct row wide[] = {Y("9007199254740993"),
				  N("\xef\xbc\x91"),
				  Y("\"\\\\u0061\""),
				  Y("\"\\\\\\\"\""),
				  Y("\"// /* */\""),
				  N("\"\\ud83d\\u\""),
				  N("\"\\ud83d\\u12\""),
				  N("\"\\ud83d\\x\""),
				  N("\"\\\xc3\xa9\""),
				  Y("{\"a\":1,\"a\":2}"),
				  Y("{\"\\u0061\":1}"),
				  Y("{\"a\":[{}]}"),
				  N("{\"a\":1 \"b\":2}"),
				  N("{\"a\":1;\"b\":2}"),
				  N("{\"a\":1}/**/"),
				  Y(" { \"a\" : 1 , \"b\" : 2 } "),
				  Y("123456789012345678901234567890"),
				  Y("\"\\b\\f\\n\\r\\t\""),
				  Y("\"\\ud83d\\udda5\""),
				  Y("\"\\udc00\\ud800\""),
				  Y("\"\xf0\x90\x80\x80\""),
				  Y("\"\xf4\x8f\xbf\xbf\""),
				  Y("\"\xf0\x9f\x96\xa5\""),
				  Y("\"\xe2\x80\xa8\xe2\x80\xa9\""),
				  N("\"\xf0\x80\x80\x80\""),
				  N("\"\xf0\x8f\xbf\xbf\""),
				  N("\"\xf4\x90\x80\x80\""),
				  N("\"\xf5\x80\x80\x80\""),
				  N("\"\xf8\x88\x80\x80\x80\""),
				  Y("[null,true,false,\"\",0,[],{}]"),
				  Y("{\"a\":{\"b\":{}}}"),
				  Y("{\"__proto__\":null}"),
				  N("{\"a\":1,,\"b\":2}")};

static const struct row widest[] = {
    Y(" \t\n\r[ \t\n\r1 \t\n\r, \t\n\r2 \t\n\r] "),
    Y("0.1234567890123456789012345678901234567890123456789012345678901234567890")};

#define GROUP(rows)                                                                                \
	{                                                                                          \
		rows, sizeof(rows) / sizeof(rows)[0]                                               \
	}
static const struct {
	const struct row *rows;
	size_t count;
} groups[] = {GROUP(values),  GROUP(spaces),  GROUP(marks), GROUP(comments),
	      GROUP(numbers), GROUP(strings), GROUP(utf8),  GROUP(arrays),
	      GROUP(objects), GROUP(wide),    GROUP(widest)};

static void check_row(const struct row *row)
{
	CHECK_ROW(accepts(row->text, row->len, DEPTH, NULL) == row->good, row->text);
	CHECK_ROW(walks(row->text, row->len, DEPTH) == row->good, row->text);

	/* A text that is not a value alone is not a value inside an array either. A text with a
	 * comma and a text of white space alone are exceptions. */
	char inside[256] = "[";
	memcpy(inside + 1, row->text, row->len);
	inside[1 + row->len] = ']';
	if (strchr(row->text, ',') == NULL && strspn(row->text, " \n\t\r") < row->len)
		CHECK_ROW(accepts(inside, row->len + 2, DEPTH, NULL) == row->good, row->text);
}

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		for (size_t k = 0; k < groups[i].count; k++)
			check_row(&groups[i].rows[k]);
}

static void test_depth(void)
{
	static const unsigned depths[] = {1, 2, 7, 8, 31, 32, 33, 255, 510, 511};
	char text[4 * SCAN_DEPTH_MAX * 2];

	for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++)
		for (int shape = 0; shape < 3; shape++)
			for (unsigned n = depths[i] - 1; n <= depths[i] + 1; n++) {
				size_t len = 0;
				for (unsigned k = 0; k < n; k++)
					len += (size_t)sprintf(
					    text + len, "%s",
					    shape == 0 || (shape == 2 && k % 2) ? "[" : "{\"\":");
				len += (size_t)sprintf(text + len, "0");
				for (unsigned k = n; k-- > 0;)
					text[len++] =
					    shape == 0 || (shape == 2 && k % 2) ? ']' : '}';
				text[len] = '\0';
				CHECK_ROW(accepts(text, len, depths[i], NULL) == (n <= depths[i]),
					  text);
				CHECK_ROW(walks(text, len, depths[i]) == (n <= depths[i]), text);
				/* Each is closed by the wrong bracket. */
				if (n > 0) {
					text[len - n] = text[len - n] == ']' ? '}' : ']';
					CHECK_ROW(!accepts(text, len, depths[i], NULL), text);
				}
			}

	/* A wrong limit of a caller and a text of an attacker stop at the limit, before
	 * the stack overflows. */
	char *deep = malloc(1000000);
	memset(deep, '[', 1000000);
	CHECK(!accepts(deep, 1000000, SCAN_DEPTH_MAX, NULL));
	CHECK(!walks(deep, 1000000, SCAN_DEPTH_MAX));
	free(deep);
}

/* Every proper prefix of an object is not JSON. With one more byte it is not JSON either. */
static void test_truncation(void)
{
	static const char sample[] =
	    "{\"username\" : \"us\\u0065r\xc3\xa9\\n\\ud83d\\udda5\xf0\x9f\x96\xa5\", "
	    "\"n\":[-0.5e+10 ,"
	    "true,false,null,{}, [ ] ,{\"a\":{\"b\":[\"\"]}}]\n}";
	size_t len = sizeof sample - 1;

	CHECK(accepts(sample, len, DEPTH, NULL));
	for (size_t cut = 0; cut < len; cut++) {
		char row[40];
		snprintf(row, sizeof row, "cut after %zu bytes", cut);
		CHECK_ROW(!accepts(sample, cut, DEPTH, NULL), row);
		CHECK_ROW(!walks(sample, cut, DEPTH), row);
	}
	for (int c = 0; c < 256; c++) {
		char longer[sizeof sample];
		memcpy(longer, sample, len);
		longer[len] = (char)c;
		bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
		CHECK(accepts(longer, len + 1, DEPTH, NULL) == space);
	}
}

/* The definition of UTF-8 by code points, to check the ranges of bytes in the module. */
static bool is_utf8(const unsigned char *at, size_t len)
{
	static const unsigned lowest[] = {0, 0, 0x80, 0x800, 0x10000};

	while (len > 0) {
		size_t n = at[0] < 0x80       ? 1
			   : at[0] >> 5 == 6  ? 2
			   : at[0] >> 4 == 14 ? 3
			   : at[0] >> 3 == 30 ? 4
					      : 0;
		if (n == 0 || n > len)
			return false;
		unsigned point = n == 1 ? at[0] : at[0] & (0x7fU >> n);
		for (size_t i = 1; i < n; i++) {
			if (at[i] >> 6 != 2)
				return false;
			point = point << 6 | (at[i] & 63U);
		}
		if (point < lowest[n] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
			return false;
		at += n;
		len -= n;
	}
	return true;
}

static bool plain_string(const unsigned char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] < 0x20 || at[i] == '"' || at[i] == '\\')
			return false;
	return is_utf8(at, len);
}

static void check_bytes(const unsigned char *bytes, size_t len)
{
	char text[8] = "\"", row[40];
	struct scan s;

	memcpy(text + 1, bytes, len);
	text[len + 1] = '"';
	scan_begin(&s, text, len + 2, 1);
	scan_value(&s, NULL);
	bool good = scan_finish(&s);
	if (good != plain_string(bytes, len)) {
		snprintf(row, sizeof row, "%02x %02x %02x %02x", bytes[0], bytes[1], bytes[2],
			 bytes[3]);
		CHECK_ROW(good == plain_string(bytes, len), row);
	}
}

/* All strings of one and two bytes, and all of three and four bytes that begin like a sequence of
 * this length, except for escapes. */
static void test_every_byte(void)
{
	static const unsigned char edges[] = {0x00, 0x1f, 0x20, 0x22, 0x41, 0x7f, 0x80,
					      0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
	unsigned char b[4] = {0};

	for (unsigned x = 0; x < 256; x++) {
		b[0] = (unsigned char)x;
		b[1] = b[2] = b[3] = 0;
		check_bytes(b, 1);
		if (x == '\\')
			continue;
		for (unsigned y = 0; y < 256; y++) {
			b[1] = (unsigned char)y;
			if (y != '\\')
				check_bytes(b, 2);
			for (unsigned z = 0; x >= 0xe0 && x < 0xf0 && z < 256; z++) {
				b[2] = (unsigned char)z;
				if (y != '\\' && z != '\\')
					check_bytes(b, 3);
			}
			for (size_t i = 0; x >= 0xf0 && i < sizeof edges * sizeof edges; i++) {
				b[2] = edges[i / sizeof edges];
				b[3] = edges[i % sizeof edges];
				if (y != '\\')
					check_bytes(b, 4);
			}
		}
	}
	CHECK(true);
}

static void test_escapes(void)
{
	char text[32];
	bool half;

	for (int c = 1; c < 256; c++) {
		size_t len = (size_t)sprintf(text, "\"\\%c\"", c);
		CHECK(accepts(text, len, 1, NULL) == (strchr("\"\\/bfnrt", c) != NULL));
		for (int place = 3; place < 7; place++) {
			strcpy(text, "\"\\u0a9F\"");
			text[place] = (char)c;
			CHECK(accepts(text, 8, 1, NULL) ==
			      (strchr("0123456789abcdefABCDEF", c) != NULL));
		}
	}
	/* Each unit alone, before halves of pairs and after them. */
	for (unsigned unit = 0; unit < 0x10000; unit++) {
		bool high = unit >= 0xd800 && unit < 0xdc00, low = unit >= 0xdc00 && unit < 0xe000;
		size_t len = (size_t)sprintf(text, "\"\\u%04x\"", unit);
		CHECK_ROW(accepts(text, len, 1, &half) && half == (unit == 0 || high || low), text);
		len = (size_t)sprintf(text, "\"\\u%04X\\udFFf\"", unit);
		CHECK_ROW(accepts(text, len, 1, &half) && half == !high, text);
		len = (size_t)sprintf(text, "\"\\uD83D\\u%04x\"", unit);
		CHECK_ROW(accepts(text, len, 1, &half) && half == !low, text);
	}
	static const struct row halves[] = {
	    N("\"\\ud83d\""),        N("\"\\ud83dx\""),
	    N("\"\\ud83d\\n\""),     N("\"\\ud83d \\udda5\""),
	    N("\"\\udda5\\ud83d\""), N("\"\\ud83d\\ud83d\\udda5\""),
	    N("\"\\u0000\""),        N("\"a\\u0000b\""),
	    N("{\"\\u0000\":1}"),    N("[1,\"\\udfff\"]"),
	    Y("\"\\ud83d\\udda5\""), Y("\"\\ud83d\\udda5\\ud83d\\udda5\""),
	    Y("\"\\\\ud83d\""),      Y("\"\\\\u0000\""),
	    Y("\"\\u0001\""),        Y("\"\\ue000\""),
	    Y("\"\\ud7ff\""),
	};
	for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
		CHECK_ROW(accepts(halves[i].text, halves[i].len, 9, &half) &&
			      half == !halves[i].good,
			  halves[i].text);
}

/* Every text of up to 7 of these characters is compared with the grammar of section 6 as
 * a regular expression. */
static void test_every_number(void)
{
	static const char letters[] = "-+.01eE";
	regex_t grammar;
	char text[8];
	unsigned good = 0;

	CHECK(regcomp(&grammar, "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$",
		      REG_EXTENDED | REG_NOSUB) == 0);
	for (size_t len = 1; len <= 6; len++) {
		size_t all = 1;
		for (size_t i = 0; i < len; i++)
			all *= 7;
		for (size_t n = 0; n < all; n++) {
			size_t rest = n;
			for (size_t i = 0; i < len; i++, rest /= 7)
				text[i] = letters[rest % 7];
			text[len] = '\0';
			struct scan s;
			scan_begin(&s, text, len, 1);
			scan_value(&s, NULL);
			bool ours = scan_finish(&s),
			     theirs = regexec(&grammar, text, 0, NULL, 0) == 0;
			good += theirs;
			if (ours != theirs)
				CHECK_ROW(ours == theirs, text);
		}
	}
	CHECK(good > 1000);
	regfree(&grammar);
}

static bool is(struct span value, const char *text)
{
	return value.len == strlen(text) && memcmp(value.at, text, value.len) == 0;
}

/* The pieces are the unchanged bytes of the file. */
static void test_pieces(void)
{
	static const char text[] =
	    " { \"a\" : 1.10 , \"b\\n\":[ 1e999 ,{}] ,\"\":\"x\\\"y\" , \"c\": null } ";
	struct scan s;
	struct span name, value;

	scan_begin(&s, text, strlen(text), DEPTH);
	CHECK(scan_peek(&s) == '{');
	CHECK(!scan_enter(&s, '[') && !s.failed);
	CHECK(scan_enter(&s, '{'));
	CHECK(scan_next(&s, &name) && is(name, "a") && scan_peek(&s) == '1');
	CHECK(scan_value(&s, &value) && is(value, "1.10"));
	CHECK(scan_next(&s, &name) && is(name, "b\\n") && scan_value(&s, &value) &&
	      is(value, "[ 1e999 ,{}]"));
	CHECK(scan_next(&s, &name) && is(name, "") && scan_value(&s, &value) &&
	      is(value, "\"x\\\"y\""));
	CHECK(scan_next(&s, &name) && is(name, "c") && scan_peek(&s) == 'n' &&
	      scan_value(&s, &value) && is(value, "null"));
	CHECK(!scan_next(&s, &name) && !s.failed && s.depth == 0);
	CHECK(scan_finish(&s) && scan_peek(&s) == '\0');

	/* The place of the fault stays, and nothing is read after it. */
	static const char bad[] = "[1, 02]";
	scan_begin(&s, bad, strlen(bad), DEPTH);
	CHECK(scan_enter(&s, '[') && scan_next(&s, NULL) && scan_value(&s, NULL));
	CHECK(scan_next(&s, NULL) && scan_value(&s, &value) && is(value, "0"));
	CHECK(!scan_next(&s, NULL) && s.failed && s.at == bad + 5);
	CHECK(!scan_value(&s, NULL) && !scan_enter(&s, '2') && !scan_next(&s, NULL) &&
	      !scan_finish(&s) && s.at == bad + 5);

	/* If the caller did not step over a value, the next element is still found. */
	scan_begin(&s, "[1 2]", 5, DEPTH);
	CHECK(scan_enter(&s, '[') && scan_next(&s, NULL) && !scan_next(&s, NULL) && s.failed);
	/* Outside of any container there is no next element. */
	scan_begin(&s, "1", 1, DEPTH);
	CHECK(!scan_next(&s, NULL));
	/* A text is not finished while a container is open. */
	scan_begin(&s, "[", 1, DEPTH);
	CHECK(scan_enter(&s, '[') && !scan_finish(&s));
}

int main(void)
{
	test_rows();
	test_depth();
	test_truncation();
	test_every_byte();
	test_escapes();
	test_every_number();
	test_pieces();
	return check_done();
}
