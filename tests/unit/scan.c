/* scan: what RFC 8259 accepts and rejects. Most texts are made by loops over all bytes or all short
 * texts, and compared with another reader of the same rules. */
#include "core/scan.h"
#include "check.h"

#include <regex.h>

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

static void check_text_is(bool good, const char *text, size_t len)
{
	CHECK_ROW(accepts(text, len, DEPTH, NULL) == good, text);
	CHECK_ROW(walks(text, len, DEPTH) == good, text);
}

/* --- texts ------------------------------------------------------------------------------------ */

static const char *const good_rows[] = {
    "null true false 0 '' [] {} -0 -0.0 1.10 1E+01 1e999 -1e-999 1.5e300 9007199254740993",
    "123456789012345678901234567890 0.12345678901234567890123456789012345678901234567890123456789",
    "'a' '\x7f' '/' '\\'' '\\\\' '\\\\\\'' '\\\\u0061' '\\u0000' '\\ud800' '\\udc00\\ud800'",
    "'[{,:}]' '//*' '\xef\xbb\xbf' '\xe2\x80\xa8' {'a':1,'a':2} {'\\u0061':1} {'__proto__':null}",
    "{'a':[{}]} {'a':{'b':{}}} [null,true,false,'',0,[],{}]",
};

static const char *const bad_rows[] = {
    "nul nulll NULL Null tru True fals FALSE t f n undefined nan NaN -NaN Infinity -Infinity inf",
    "truefalse null, ,null a \\u0061 `a` \x80 \xff \xef\xbb\xbf \xef\xbb\xbfnull \xc2\xa0null",
    "01 -01 +1 1. .5 1.e1 1e 1e+ 0x10 0b1 0o7 1_000 1,000 1a 1L --1 1-1 \xd9\xa1 \xef\xbc\x91",
    "' 'a a' '\\' 'a'b' 'a''b' '\\U0061' '\\u' '\\u006' '\\u{61}' '\\u+061' '\\' '\\ud83d\\",
    "'\\ud83d\\u' '\\ud83d\\u12' '\\ud83d\\x' '\\\xc3\xa9' {'\xff':1} {'a\xc3':1} {'\\x':1}",
    "/**/1 1/**/ 1// #1 [1,/**/2] {}# []/ (1) [...] {'a':1}/**/ {'a':1}x {}{} [][] []1 [1]]",
    "{'a' {'a': {'a'} {'a':} {'a',1} {'a'=1} {'a'::1} {'a':1:2} {:1} {a:1} {1:1} {null:1} {[]:1}",
    "{{}} {'a':01} {'a':1;'b':2} ['a':1] [1:2] [1;2] [a] {'a':'b} {'a':tru} [1,'] {'a':1}}",
};

static const char *const with_spaces[] = {
    " { 'a' : 1 , 'b' : 2 } ",
    " \t\n\r[ \t\n\r1 \t\n\r, \t\n\r2 \t\n\r] ",
    "' '",
};

static const char *const bad_with_spaces[] = {
    "", " ", "\n\t\r ", "true false", "1 2", "- 1", "1e 5", "'a' 'b'", "[1 2]", "{'a' 1}", "{} []",
};

static void check_row(bool is_good, const char *row)
{
	const char *text = quoted(row);
	size_t len = strlen(text);
	char inside[300];

	check_text_is(is_good, text, len);
	/* A text that is not a value alone is not a value inside an array either. A text with a
	 * comma and a text of white space alone are exceptions. */
	int inside_len = snprintf(inside, sizeof inside, "[%s]", text);
	if (strchr(text, ',') == NULL && strspn(text, " \n\t\r") < len)
		check_text_is(is_good, inside, (size_t)inside_len);
}

TEST(rows)
{
	EACH(list, good_rows)
		EACH_WORD(word, *list)
			check_row(true, word);
	EACH(list, bad_rows)
		EACH_WORD(word, *list)
			check_row(false, word);
	EACH(row, with_spaces)
		check_row(true, *row);
	EACH(row, bad_with_spaces)
		check_row(false, *row);
	check_text_is(false, "'a'", 3);
}

/* Every byte in these places. */
TEST(places)
{
	static const struct {
		const char *before, *after, *fit;
	} rows[] = {
	    {"", "", "0123456789"},
	    {"", "1", " \t\n\r-123456789"},
	    {"1", "", " \t\n\r0123456789"},
	    {"null", "", " \t\n\r"},
	    {"", "null", " \t\n\r"},
	    {"[", "]", " \t\n\r0123456789"},
	    {"[1", "1]", ",.eE0123456789"},
	    {"[1,", "2]", " \t\n\r-123456789"},
	    {"{", "'a':1}", " \t\n\r"},
	    {"{'a'", "1}", ":"},
	    {"{'a':1", "}", " \t\n\r0123456789"},
	    {"{'a':1", "'b':2}", ","},
	};

	EACH(row, rows)
		for (int c = 0; c < 256; c++) {
			char text[40];
			size_t len = strlen(row->before), after = strlen(row->after);
			strcpy(text, quoted(row->before));
			text[len] = (char)c;
			strcpy(text + len + 1, quoted(row->after));
			check_text_is(c != 0 && strchr(row->fit, c) != NULL, text, len + 1 + after);
		}
}

/* Calls check() for every text of up to `longest` of these letters. */
static void every_text(const char *letters, size_t longest, void (*check)(const char *text))
{
	size_t count = strlen(letters), all = count;
	char text[12];

	for (size_t len = 1; len <= longest; len++, all *= count)
		for (size_t n = 0; n < all; n++) {
			size_t rest = n;
			for (size_t i = 0; i < len; i++, rest /= count)
				text[i] = letters[rest % count];
			text[len] = '\0';
			check(text);
		}
}

/* The grammar of section 6. */
static regex_t number;

static void check_number(const char *text)
{
	check_text_is(regexec(&number, text, 0, NULL, 0) == 0, text, strlen(text));
}

/* Returns the end of a value, where k is a name with its colon. NULL: there is no value. */
static const char *value_end(const char *at)
{
	char end = *at == '{' ? '}' : ']';

	if (*at == '0')
		return at + 1;
	if (*at != '{' && *at != '[')
		return NULL;
	if (at[1] == end)
		return at + 2;
	do {
		at++; /* the bracket or the comma */
		if (end == '}' && *at++ != 'k')
			return NULL;
		at = value_end(at);
	} while (at != NULL && *at == ',');
	return at != NULL && *at == end ? at + 1 : NULL;
}

static void check_structure(const char *letters)
{
	const char *end = value_end(letters);
	char text[40];
	int len = 0;

	for (const char *at = letters; *at != '\0'; at++)
		len += sprintf(text + len, *at == 'k' ? "\"\":" : "%c", *at);
	check_text_is(end != NULL && *end == '\0', text, (size_t)len);
}

TEST(short_texts)
{
	CHECK(regcomp(&number, "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$",
		      REG_EXTENDED | REG_NOSUB) == 0);
	every_text("-+.01eE", 6, check_number);
	regfree(&number);
	every_text("{}[],k0", 7, check_structure);
}

TEST(depth)
{
	static const unsigned depths[] = {1, 2, 7, 8, 31, 32, 33, 255, 510, 511};
	static const char *const shapes[] = {"[", "{", "[{"};
	char text[4 * SCAN_DEPTH_MAX * 2];

	EACH(depth, depths)
		EACH(shape, shapes)
			for (unsigned n = *depth - 1; n <= *depth + 1; n++) {
				size_t len = 0, kinds = strlen(*shape);
				for (unsigned k = 0; k < n; k++)
					len += (size_t)sprintf(
					    text + len, "%s",
					    (*shape)[k % kinds] == '[' ? "[" : "{\"\":");
				text[len++] = '0';
				for (unsigned k = n; k-- > 0;)
					text[len++] = (*shape)[k % kinds] == '[' ? ']' : '}';
				text[len] = '\0';
				CHECK_ROW(accepts(text, len, *depth, NULL) == (n <= *depth), text);
				CHECK_ROW(walks(text, len, *depth) == (n <= *depth), text);
				/* Each is closed by the wrong bracket. */
				if (n > 0) {
					text[len - n] = text[len - n] == ']' ? '}' : ']';
					CHECK_ROW(!accepts(text, len, *depth, NULL), text);
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

/* Every proper prefix of an object is not JSON. */
TEST(truncation)
{
	const char *sample =
	    quoted("{'username' : 'us\\u0065r\xc3\xa9\\n\\ud83d\\udda5\xf0\x9f\x96\xa5', "
		   "'n':[-0.5e+10 ,true,false,null,{}, [ ] ,{'a':{'b':['']}}]\n}");
	size_t len = strlen(sample);

	check_text_is(true, sample, len);
	for (size_t cut = 0; cut < len; cut++)
		check_text_is(false, sample, cut);
}

/* --- strings ---------------------------------------------------------------------------------- */

/* The definition of UTF-8 by code points, to check the ranges of bytes in the module. */
static bool is_utf8(const unsigned char *at, size_t len)
{
	static const unsigned lowest[] = {0, 0, 0x80, 0x800, 0x10000};

	while (len > 0) {
		size_t n = 1;
		if (at[0] >= 0x80)
			n = at[0] >> 5 == 6    ? 2
			    : at[0] >> 4 == 14 ? 3
			    : at[0] >> 3 == 30 ? 4
					       : len + 1;
		if (n > len)
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

static void check_string(const unsigned char *bytes, size_t len)
{
	char text[8] = "\"";
	struct scan s;
	bool plain = is_utf8(bytes, len);

	if (memchr(bytes, '\\', len) != NULL)
		return;
	for (size_t i = 0; i < len; i++)
		plain = plain && bytes[i] >= 0x20 && bytes[i] != '"';
	memcpy(text + 1, bytes, len);
	text[len + 1] = '"';
	scan_begin(&s, text, len + 2, 1);
	scan_value(&s, NULL);
	if (scan_finish(&s) != plain)
		CHECK_BYTES(text, len + 2, plain ? "accepted" : "rejected", "a string");
}

/* All strings of one and two bytes, and of three and four bytes those that begin like a sequence of
 * this length, except for escapes. */
TEST(every_byte)
{
	static const unsigned char edges[] = {0x00, 0x1f, 0x20, 0x22, 0x41, 0x7f, 0x80,
					      0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};

	for (unsigned n = 0; n < 0x10000; n++) {
		unsigned char b[4] = {(unsigned char)(n >> 8), (unsigned char)n};
		check_string(b, 1);
		check_string(b, 2);
		for (unsigned z = 0; b[0] >> 4 == 14 && z < 256; z++) {
			b[2] = (unsigned char)z;
			check_string(b, 3);
		}
		for (size_t i = 0; b[0] >> 4 == 15 && i < sizeof edges * sizeof edges; i++) {
			b[2] = edges[i / sizeof edges];
			b[3] = edges[i % sizeof edges];
			check_string(b, 4);
		}
	}
}

TEST(escapes)
{
	char text[32];
	bool half;

	for (int c = 0; c < 256; c++) {
		memcpy(text, "\"\\_\"", 4);
		text[2] = (char)c;
		CHECK_ROW(accepts(text, 4, 1, NULL) == (c != 0 && strchr("\"\\/bfnrt", c) != NULL),
			  text);
		for (int place = 3; place < 7; place++) {
			strcpy(text, "\"\\u0a9F\"");
			text[place] = (char)c;
			CHECK_ROW(accepts(text, 8, 1, NULL) ==
				      (c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL),
				  text);
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
	EACH_WORD(word, "'\\ud83dx' '\\ud83d\\n' '\\ud83d\\ud83d\\udda5' 'a\\u0000b' {'\\u0000':1} "
			"[1,'\\udfff']")
		CHECK_ROW(accepts(quoted(word), strlen(word), 9, &half) && half, word);
	EACH_WORD(word, "'\\ud83d\\udda5\\ud83d\\udda5' '\\\\ud83d' '\\\\u0000'")
		CHECK_ROW(accepts(quoted(word), strlen(word), 9, &half) && !half, word);
}

/* --- pieces ----------------------------------------------------------------------------------- */

/* The names and values of an object, which are the unchanged bytes of the file. */
static void show(FILE *out, const char *text)
{
	struct scan s;
	struct span name, value;

	scan_begin(&s, text, strlen(text), DEPTH);
	CHECK(!scan_enter(&s, '[') && !s.failed && scan_peek(&s) == '{' && scan_enter(&s, '{'));
	while (scan_next(&s, &name)) {
		char first = scan_peek(&s);
		CHECK(scan_value(&s, &value) && *value.at == first);
		fprintf(out, "%.*s=%.*s;", (int)name.len, name.at, (int)value.len, value.at);
	}
	CHECK(!s.failed && s.depth == 0 && scan_finish(&s) && scan_peek(&s) == '\0');
}

TEST(pieces)
{
	static const char bad[] = "[1, 02]";
	struct scan s;
	struct span value;

	CHECK_RENDERED(quoted(" { 'a' : 1.10 , 'b\\n':[ 1e999 ,{}] ,'':'x\\'y' , 'c': null } "),
		       quoted("a=1.10;b\\n=[ 1e999 ,{}];='x\\'y';c=null;"), show);

	/* The place of the fault stays, and nothing is read after it. */
	scan_begin(&s, bad, strlen(bad), DEPTH);
	CHECK(scan_enter(&s, '[') && scan_next(&s, NULL) && scan_value(&s, NULL));
	CHECK(scan_next(&s, NULL) && scan_value(&s, &value) && span_is(value, "0", 1));
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
