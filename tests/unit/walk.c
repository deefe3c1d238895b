/* walk: the members of an object, and the values in a text. Its texts are JSON. */
#include "data/walk.h"
#include "check.h"

#include <string.h>

/* The members as `name=value;`, or the values as `value;`. */
static char found[1000];

static void note(struct span text, const char *end)
{
	size_t len = strlen(found);

	snprintf(found + len, sizeof found - len, "%.*s%s", (int)text.len, text.at, end);
}

static bool members_are(const char *object, const char *want)
{
	const char *at = object;
	bool escaped;

	found[0] = '\0';
	for (bool more = walk_enter(&at); more; more = walk_more(&at)) {
		struct span name = walk_name(&at, &escaped);
		CHECK_ROW(escaped == (memchr(name.at, '\\', name.len) != NULL), object);
		note(name, "=");
		const char *end = walk_end(at);
		note((struct span){at, (size_t)(end - at)}, ";");
		at = end;
	}
	return strcmp(found, want) == 0 && at == object + strlen(object);
}

static void test_members(void)
{
	static const char *const rows[][2] = {
	    {"{}", ""},
	    {"{ \t\r\n}", ""},
	    {"{\"a\":1}", "a=1;"},
	    {"{ \"a\" :\n1 ,\t\"b\" : \"x\" }", "a=1;b=\"x\";"},
	    {"{\"\":null,\"\":true}", "=null;=true;"},
	    {"{\"a\":-1.5E+10,\"b\":1e-5,\"c\":false}", "a=-1.5E+10;b=1e-5;c=false;"},
	    {"{\"a\":{},\"b\":[]}", "a={};b=[];"},
	    {"{\"a\":{\"b\":[1,{\"c\":\"}\"}]},\"d\":[\"]\",[[]]]}",
	     "a={\"b\":[1,{\"c\":\"}\"}]};d=[\"]\",[[]]];"},
	    {"{\"a\\\"b\":\"c\\\"d\",\"e\\\\\":\"f\\\\\"}", "a\\\"b=\"c\\\"d\";e\\\\=\"f\\\\\";"},
	    {"{\"a\":\"\\\\\\\"\",\"b\":\"{[,:\"}", "a=\"\\\\\\\"\";b=\"{[,:\";"},
	    {"{\"\xc3\xa9\":\"\xf0\x9f\x96\xa5\"}", "\xc3\xa9=\"\xf0\x9f\x96\xa5\";"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(members_are(rows[i][0], rows[i][1]), rows[i][0]);
}

static bool values_are(const char *text, const char *want)
{
	const char *at = text, *end = text + strlen(text);
	struct span value;

	found[0] = '\0';
	while (walk_scalar(&at, end, &value))
		note(value, ";");
	return strcmp(found, want) == 0 && at == end;
}

static void test_values(void)
{
	static const char *const rows[][2] = {
	    {"{}", ""},
	    {"{\"a\":1}", "1;"},
	    {"{\"a\" : \"b\" , \"c\"\n:\t\"d\"}", "\"b\";\"d\";"},
	    {"{\"a\":[1,\"x\",null,true,[false]],\"b\":{\"c\":{\"d\":-1e5}}}",
	     "1;\"x\";true;false;-1e5;"},
	    {"{\"a\":\"b\\\":\",\"c\":\"\"}", "\"b\\\":\";\"\";"},
	    {"{\"a\":null}", ""},
	    {"[\"a\",\"b\"]", "\"a\";\"b\";"},
	    {"\"a\"", "\"a\";"},
	    {"12", "12;"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(values_are(rows[i][0], rows[i][1]), rows[i][0]);
}

int main(void)
{
	test_members();
	test_values();
	return check_done();
}
