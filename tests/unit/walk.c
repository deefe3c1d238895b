/* walk: the members of an object, and the values in a text. Its texts are JSON. */
#include "data/walk.h"
#include "check.h"

/* The members as `name=value;` */
static void show_members(FILE *out, const char *row)
{
	const char *object = quoted(row), *at = object;
	bool escaped;

	for (bool more = walk_enter(&at); more; more = walk_more(&at)) {
		struct span name = walk_name(&at, &escaped);
		CHECK_ROW(escaped == (memchr(name.at, '\\', name.len) != NULL), object);
		const char *end = walk_end(at);
		fprintf(out, "%.*s=%.*s;", (int)name.len, name.at, (int)(end - at), at);
		at = end;
	}
	CHECK_ROW(*at == '\0', object);
}

static check_pair members[] = {
    {"{}", ""},
    {"{ \t\r\n}", ""},
    {"{'a':1}", "a=1;"},
    {"{ 'a' :\n1 ,\t'b' : 'x' }", "a=1;b='x';"},
    {"{'':null,'':true}", "=null;=true;"},
    {"{'a':-1.5E+10,'b':1e-5,'c':false}", "a=-1.5E+10;b=1e-5;c=false;"},
    {"{'a':{},'b':[]}", "a={};b=[];"},
    {"{'a':{'b':[1,{'c':'}'}]},'d':[']',[[]]]}", "a={'b':[1,{'c':'}'}]};d=[']',[[]]];"},
    {"{'a\\'b':'c\\'d','e\\\\':'f\\\\'}", "a\\'b='c\\'d';e\\\\='f\\\\';"},
    {"{'a':'\\\\\\'','b':'{[,:'}", "a='\\\\\\'';b='{[,:';"},
    {"{'\xc3\xa9':'\xf0\x9f\x96\xa5'}", "\xc3\xa9='\xf0\x9f\x96\xa5';"},
};

/* The values in a text as `value;` */
static void show_values(FILE *out, const char *row)
{
	const char *text = quoted(row), *at = text, *end = text + strlen(text);
	struct span value;

	while (walk_scalar(&at, end, &value))
		fprintf(out, "%.*s;", (int)value.len, value.at);
	CHECK_ROW(at == end, text);
}

static check_pair values[] = {
    {"{}", ""},
    {"{'a':1}", "1;"},
    {"{'a' : 'b' , 'c'\n:\t'd'}", "'b';'d';"},
    {"{'a':[1,'x',null,true,[false]],'b':{'c':{'d':-1e5}}}", "1;'x';true;false;-1e5;"},
    {"{'a':'b\\':','c':''}", "'b\\':';'';"},
    {"{'a':null}", ""},
    {"['a','b']", "'a';'b';"},
    {"'a'", "'a';"},
    {"12", "12;"},
};

TEST(rows)
{
	EACH(row, members)
		CHECK_RENDERED((*row)[0], quoted((*row)[1]), show_members);
	EACH(row, values)
		CHECK_RENDERED((*row)[0], quoted((*row)[1]), show_values);
}
