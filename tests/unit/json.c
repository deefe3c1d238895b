/* json: the values that an object has under given names. */
#include "core/json.h"
#include "check.h"

static enum json_read read_text(const char *text, struct json_field *fields, size_t count)
{
	return json_read(text, strlen(text), fields, count);
}

/* What an object has under `name`: the text, or why there is none. */
static void show_name(FILE *out, const char *row)
{
	static const char *const states[] = {"absent", "present", "wrong type", "twice"};
	struct json_field f = JSON_FIELD("name", JSON_STRING);
	const char *text = quoted(row);

	CHECK_ROW(read_text(text, &f, 1) == JSON_FINE, text);
	if (f.state == JSON_PRESENT)
		fprintf(out, "%.*s", (int)f.value.len, f.value.at);
	else
		fputs(states[f.state], out);
}

static check_pair names[] = {
    {"\"x\"", "{'name':'x'} {'n\\u0061me':'x'} {'\\u006eam\\u0065':'x'}"},
    {"\"x\"", "{'name':'x','Name':'y','a':{'name':'z'}} \n{\t'a'\n:[\n]\n,\n'name'\n:\n'x'\n}\n"},
    {"\"\"", "{'name':''}"},
    {"\"\\u0041\"", "{'name':'\\u0041'}"},
    {"absent", "{} {'Name':'x'} {'NAME':'x'} {'nam':'x'} {'names':'x'} {'':'name'}"},
    {"absent", "{'\\u0020name':'x'} {'name\\t':'x'} {'a':{'name':'x'}} {'a':['name']}"},
    {"wrong type", "{'name':1} {'name':null} {'name':true} {'name':['x']} {'name':{'x':'y'}}"},
    {"twice", "{'name':'x','name':'x'} {'name':'x','n\\u0061me':'y'} {'name':1,'name':'x'}"},
    {"twice", "{'name':'x','name':'x','name':'x'}"},
};

TEST(types)
{
	static const struct {
		const char *value;
		enum json_type type;
	} rows[] = {
	    {"\"\"", JSON_STRING}, {"0", JSON_NUMBER},  {"-1e5", JSON_NUMBER},
	    {"9", JSON_NUMBER},    {"true", JSON_BOOL}, {"false", JSON_BOOL},
	    {"[]", JSON_ARRAY},    {"{}", JSON_OTHER},  {"null", JSON_OTHER},
	};

	EACH(row, rows)
		for (enum json_type type = JSON_STRING; type <= JSON_OTHER; type++) {
			struct json_field f = JSON_FIELD("k", type);
			char text[40];
			snprintf(text, sizeof text, "{\"k\": %s }", row->value);
			CHECK_ROW(read_text(text, &f, 1) == JSON_FINE, text);
			CHECK_ROW((f.state == JSON_PRESENT) == (type == row->type), text);
			if (f.state == JSON_PRESENT)
				CHECK_BYTES(f.value.at, f.value.len, row->value, text);
			else
				CHECK_ROW(f.state == JSON_WRONG_TYPE, text);
		}
}

/* What a text is. (scan.c has the rules of JSON.) */
static void show_read(FILE *out, const char *row)
{
	static const char *const words[] = {"fine", "invalid", "no object"};
	struct json_field f = JSON_FIELD("k", JSON_STRING);

	fputs(words[read_text(quoted(row), &f, 1)], out);
}

static check_pair texts[] = {
    {"fine", "{} \n{}\n {'a':{'b':[1,2]}} {'a':'\\ud83d\\udda5'} \xef\xbb\xbf{}"},
    {"no object", "[] 1 '{}' null \n[{}] true"},
    {"invalid", "\n { {}x {}{} []x {'a':1,} {'a':01} {'a':'\x01'} {'a':'\xff'} {'a':'\\u0000'}"},
    {"invalid",
     "{'\\u0000':1} {'a':'\\ud800'} {'a':'\\udc00x'} '\\ud800' \xef\xbb{} {}\xef\xbb\xbf"},
};

TEST(depth)
{
	char text[400];

	for (int depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		/* The object itself counts as a level. */
		sprintf(text, "{\"a\":%0*d%0*d}", depth - 1, 0, depth - 1, 0);
		memset(text + 5, '[', (size_t)depth - 1);
		memset(text + 5 + depth - 1, ']', (size_t)depth - 1);
		CHECK_RENDERED(text, depth <= JSON_DEPTH_MAX ? "fine" : "invalid", show_read);
	}
	CHECK_RENDERED("", "invalid", show_read);
	CHECK(json_read("{}\0", 3, NULL, 0) == JSON_INVALID);
}

TEST(decode)
{
	static check_pair rows[] = {
	    {"''", ""},
	    {"'a'", "a"},
	    {"'\\'\\\\\\/'", "\"\\/"},
	    {"'\\b\\f\\n\\r\\t'", "\b\f\n\r\t"},
	    {"'\\u0041\\u00e9\\u20ac'", "A\xc3\xa9\xe2\x82\xac"},
	    {"'\\ud83d\\udda5'", "\xf0\x9f\x96\xa5"},
	    {"'\xc3\xa9'", "\xc3\xa9"},
	    {"'\\uFFFF'", "\xef\xbf\xbf"},
	    {"'\\u0001'", "\x01"},
	    {"'\\\\u0041'", "\\u0041"},
	};
	char out[64];

	EACH(row, rows) {
		struct span value = span_of(quoted((*row)[0]));
		size_t len = strlen((*row)[1]);
		/* It fits exactly, with its NUL. A buffer that is one byte smaller is too small. */
		CHECK_ROW(json_decode(value, out, len + 1) == JSON_DECODED, (*row)[0]);
		CHECK_TEXT(out, (*row)[1], (*row)[0]);
		CHECK_ROW(json_decode(value, out, len) == JSON_TOO_LONG, (*row)[0]);
	}
}

static void show_integer(FILE *out, const char *text)
{
	long long number;

	if (json_integer(span_of(text), &number))
		fprintf(out, "%lld", number);
	else
		fputs("none", out);
}

static check_pair integers[] = {
    {"0", "0 -0"},
    {"-7", "-7"},
    {"9007199254740993", "9007199254740993"},
    {"999999999999999999", "999999999999999999"},
    {"-999999999999999999", "-999999999999999999"},
    {"none", "1000000000000000000 9223372036854775808 1.0 1e3 1.5 1e-1 1e999 -1e999 1e19"},
    {"none", "9999999999999999999999999999999999999999999999999999999999999999999999999999"},
};

TEST(equals)
{
	static const struct {
		const char *text, *equal, *others; /* as written */
	} rows[] = {
	    {"abc", "'abc' 'a\\u0062c' '\\u0061\\u0062\\u0063'",
	     "'abd' 'ab' 'abcd' 'ABC' '' 'a\\u0062' 'a\\u0062cd' 'a\\u0042c'"},
	    {"", "''", "'a'"},
	    {"a", "'a'", "''"},
	    {"\\", "'\\\\'", "'\\\\\\\\' 'a'"},
	    {"\n", "'\\n' '\\u000a'", "'\\\\n'"},
	    {"\xc3\xa9", "'\\u00e9' '\xc3\xa9'", "'\\u00e8'"},
	    {"\xf0\x9f\x96\xa5", "'\\ud83d\\udda5'", "'\\ud83d\\udda6'"},
	    {"\xe2\x82\xac\xe2\x82\xac", "'\\u20ac\\u20ac'", "'\\u20ac'"},
	};

	EACH(row, rows)
		for (int equal = 0; equal < 2; equal++)
			EACH_WORD(word, equal ? row->equal : row->others) {
				struct span written = {word + 1, strlen(word) - 2};
				CHECK_ROW(json_equals(written, row->text, strlen(row->text)) ==
					      equal,
					  word);
			}
}

TEST(rows)
{
	CHECK_WORDS(names, show_name);
	CHECK_WORDS(texts, show_read);
	CHECK_WORDS(integers, show_integer);
}
