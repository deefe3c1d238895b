/* json: the values that an object has under given names. */
#include "core/json.h"
#include "check.h"

#include <string.h>

static bool is(struct span value, const char *text)
{
	return value.len == strlen(text) && memcmp(value.at, text, value.len) == 0;
}

static enum json_read read_text(const char *text, struct json_field *fields, size_t count)
{
	return json_read(text, strlen(text), fields, count);
}

static void test_fields(void)
{
	static const struct {
		const char *text;
		enum json_state state;
		const char *value;
	} rows[] = {
	    {"{\"name\":\"x\"}", JSON_PRESENT, "\"x\""},
	    {"{\"name\":\"\"}", JSON_PRESENT, "\"\""},
	    {" { \"other\" : [ ] , \"name\" : \"\\u0041\" } ", JSON_PRESENT, "\"\\u0041\""},
	    {"{\"n\\u0061me\":\"x\"}", JSON_PRESENT, "\"x\""},
	    {"{\"\\u006eam\\u0065\":\"x\"}", JSON_PRESENT, "\"x\""},
	    {"{}", JSON_ABSENT, NULL},
	    {"{\"Name\":\"x\"}", JSON_ABSENT, NULL},
	    {"{\"NAME\":\"x\"}", JSON_ABSENT, NULL},
	    {"{\"nam\":\"x\"}", JSON_ABSENT, NULL},
	    {"{\"names\":\"x\"}", JSON_ABSENT, NULL},
	    {"{\" name\":\"x\"}", JSON_ABSENT, NULL},
	    {"{\"name \":\"x\"}", JSON_ABSENT, NULL},
	    {"{\"\":\"name\"}", JSON_ABSENT, NULL},
	    {"{\"a\":{\"name\":\"x\"}}", JSON_ABSENT, NULL},
	    {"{\"a\":[\"name\"]}", JSON_ABSENT, NULL},
	    {"{\"name\":1}", JSON_WRONG_TYPE, NULL},
	    {"{\"name\":null}", JSON_WRONG_TYPE, NULL},
	    {"{\"name\":true}", JSON_WRONG_TYPE, NULL},
	    {"{\"name\":[\"x\"]}", JSON_WRONG_TYPE, NULL},
	    {"{\"name\":{\"x\":\"y\"}}", JSON_WRONG_TYPE, NULL},
	    {"{\"name\":\"x\",\"name\":\"x\"}", JSON_TWICE, NULL},
	    {"{\"name\":\"x\",\"n\\u0061me\":\"y\"}", JSON_TWICE, NULL},
	    {"{\"name\":1,\"name\":\"x\"}", JSON_TWICE, NULL},
	    {"{\"name\":\"x\",\"name\":\"x\",\"name\":\"x\"}", JSON_TWICE, NULL},
	    {"{\"name\":\"x\",\"Name\":\"y\",\"a\":{\"name\":\"z\"}}", JSON_PRESENT, "\"x\""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct json_field f = JSON_FIELD("name", JSON_STRING);
		CHECK_ROW(read_text(rows[i].text, &f, 1) == JSON_FINE, rows[i].text);
		CHECK_ROW(f.state == rows[i].state, rows[i].text);
		if (f.state == JSON_PRESENT && rows[i].value != NULL)
			CHECK_ROW(is(f.value, rows[i].value), rows[i].text);
	}
}

static void test_types(void)
{
	static const struct {
		const char *value;
		enum json_type type;
	} rows[] = {
	    {"\"\"", JSON_STRING}, {"0", JSON_NUMBER},  {"-1e5", JSON_NUMBER},
	    {"9", JSON_NUMBER},    {"true", JSON_BOOL}, {"false", JSON_BOOL},
	    {"[]", JSON_ARRAY},    {"{}", JSON_OTHER},  {"null", JSON_OTHER},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (enum json_type type = JSON_STRING; type <= JSON_OTHER; type++) {
			struct json_field f = JSON_FIELD("k", type);
			char text[40];
			snprintf(text, sizeof text, "{\"k\": %s }", rows[i].value);
			CHECK_ROW(read_text(text, &f, 1) == JSON_FINE, text);
			CHECK_ROW(f.state ==
				      (type == rows[i].type ? JSON_PRESENT : JSON_WRONG_TYPE),
				  text);
			if (f.state == JSON_PRESENT)
				CHECK_ROW(is(f.value, rows[i].value), text);
		}
}

static void test_read(void)
{
	static const struct {
		const char *text;
		enum json_read read;
	} rows[] = {
	    {"{}", JSON_FINE},
	    {" {} \n", JSON_FINE},
	    {"{\"a\":{\"b\":[1,2]}}", JSON_FINE},
	    {"[]", JSON_NO_OBJECT},
	    {"1", JSON_NO_OBJECT},
	    {"\"{}\"", JSON_NO_OBJECT},
	    {"null", JSON_NO_OBJECT},
	    {" [{}]", JSON_NO_OBJECT},
	    {"true", JSON_NO_OBJECT},
	    {"", JSON_INVALID},
	    {" ", JSON_INVALID},
	    {"{", JSON_INVALID},
	    {"{}x", JSON_INVALID},
	    {"{} {}", JSON_INVALID},
	    {"[]x", JSON_INVALID},
	    {"{\"a\":1,}", JSON_INVALID},
	    {"{\"a\":01}", JSON_INVALID},
	    {"{\"a\":\"\x01\"}", JSON_INVALID},
	    {"{\"a\":\"\xff\"}", JSON_INVALID},
	    {"{\"a\":\"\\u0000\"}", JSON_INVALID},
	    {"{\"\\u0000\":1}", JSON_INVALID},
	    {"{\"a\":\"\\ud800\"}", JSON_INVALID},
	    {"{\"a\":\"\\udc00x\"}", JSON_INVALID},
	    {"\"\\ud800\"", JSON_INVALID},
	    {"{\"a\":\"\\ud83d\\udda5\"}", JSON_FINE},
	    {"\xef\xbb\xbf{}", JSON_FINE},
	    {"\xef\xbb{}", JSON_INVALID},
	    {"{}\xef\xbb\xbf", JSON_INVALID},
	    {"{'a':1}", JSON_INVALID},
	};
	char text[400];
	struct json_field f = JSON_FIELD("k", JSON_STRING);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(read_text(rows[i].text, &f, 1) == rows[i].read, rows[i].text);
	CHECK(json_read("{}\0", 3, &f, 1) == JSON_INVALID);

	for (int depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		/* The object itself counts as a level. */
		int len = sprintf(text, "{\"a\":%0*d%0*d}", depth - 1, 0, depth - 1, 0);
		memset(text + 5, '[', (size_t)depth - 1);
		memset(text + 5 + depth - 1, ']', (size_t)depth - 1);
		CHECK_ROW(json_read(text, (size_t)len, &f, 1) ==
			      (depth <= JSON_DEPTH_MAX ? JSON_FINE : JSON_INVALID),
			  text);
	}
}

static void test_decode(void)
{
	static const struct {
		const char *written, *text;
	} rows[] = {
	    {"\"\"", ""},
	    {"\"a\"", "a"},
	    {"\"\\\"\\\\\\/\"", "\"\\/"},
	    {"\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t"},
	    {"\"\\u0041\\u00e9\\u20ac\"", "A\xc3\xa9\xe2\x82\xac"},
	    {"\"\\ud83d\\udda5\"", "\xf0\x9f\x96\xa5"},
	    {"\"\xc3\xa9\"", "\xc3\xa9"},
	    {"\"\\uFFFF\"", "\xef\xbf\xbf"},
	    {"\"\\u0001\"", "\x01"},
	    {"\"\\\\u0041\"", "\\u0041"},
	};
	char out[64];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span value = {rows[i].written, strlen(rows[i].written)};
		size_t len = strlen(rows[i].text);
		CHECK_ROW(json_decode(value, out, sizeof out) == JSON_DECODED &&
			      strcmp(out, rows[i].text) == 0,
			  rows[i].written);
		/* It fits exactly, with its NUL. A buffer that is one byte smaller is too small. */
		CHECK_ROW(json_decode(value, out, len + 1) == JSON_DECODED, rows[i].written);
		CHECK_ROW(json_decode(value, out, len) == JSON_TOO_LONG, rows[i].written);
	}
}

static void test_integer(void)
{
	static const struct {
		const char *text;
		bool good;
		long long number;
	} rows[] = {
	    {"0", true, 0},
	    {"7", true, 7},
	    {"1790000000", true, 1790000000},
	    {"-5", true, -5},
	    {"9007199254740993", true, 9007199254740993},
	    {"-9007199254740993", true, -9007199254740993},
	    {"999999999999999999", true, 999999999999999999},
	    {"-999999999999999999", true, -999999999999999999},
	    {"1000000000000000000", false, 0},
	    {"9223372036854775808", false, 0},
	    {"1.0", false, 0},
	    {"1e3", false, 0},
	    {"1.5", false, 0},
	    {"1e-1", false, 0},
	    {"1e999", false, 0},
	    {"-1e999", false, 0},
	    {"1e19", false, 0},
	    {"9999999999999999999999999999999999999999999999999999999999999999999999999999", false,
	     0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		long long number = 0;
		bool good =
		    json_integer((struct span){rows[i].text, strlen(rows[i].text)}, &number);
		CHECK_ROW(good == rows[i].good && (!good || number == rows[i].number),
			  rows[i].text);
	}
}

static void test_equals(void)
{
	static const struct {
		const char *written, *text;
		bool equal;
	} rows[] = {
	    {"\"abc\"", "abc", true},
	    {"\"abc\"", "abd", false},
	    {"\"abc\"", "ab", false},
	    {"\"abc\"", "abcd", false},
	    {"\"abc\"", "ABC", false},
	    {"\"\"", "", true},
	    {"\"\"", "a", false},
	    {"\"a\"", "", false},
	    {"\"a\\u0062c\"", "abc", true},
	    {"\"\\u0061\\u0062\\u0063\"", "abc", true},
	    {"\"a\\u0062\"", "abc", false},
	    {"\"a\\u0062cd\"", "abc", false},
	    {"\"a\\u0042c\"", "abc", false},
	    {"\"\\\\\"", "\\", true},
	    {"\"\\\\\"", "\\\\", false},
	    {"\"\\n\"", "\n", true},
	    {"\"\\n\"", "\\n", false},
	    {"\"\\u00e9\"", "\xc3\xa9", true},
	    {"\"\xc3\xa9\"", "\xc3\xa9", true},
	    {"\"\\ud83d\\udda5\"", "\xf0\x9f\x96\xa5", true},
	    {"\"\\u20ac\\u20ac\"", "\xe2\x82\xac\xe2\x82\xac", true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span written = {rows[i].written + 1, strlen(rows[i].written) - 2};
		CHECK_ROW(json_equals(written, rows[i].text, strlen(rows[i].text)) == rows[i].equal,
			  rows[i].written);
	}
}

int main(void)
{
	test_fields();
	test_types();
	test_read();
	test_decode();
	test_integer();
	test_equals();
	return check_done();
}
