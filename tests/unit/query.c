/* query: what a query string means, the sentence of each refusal, slices, pages and links. */
#include "http/query.h"
#include "check.h"
#include "http/paging.h"

#include <stdint.h>
#include <string.h>

static struct query query;

static bool is(struct span text, const char *want)
{
	return text.len == strlen(want) && memcmp(text.at, want, text.len) == 0;
}

static bool reads(const char *text)
{
	char why[QUERY_WHY_SIZE] = "";

	memset(&query, 0xA5, sizeof query);
	bool good = query_read(&query, text, why);
	if (!good)
		printf("refused: %s\n", why);
	return good;
}

/* The first condition of a query with one parameter. */
static void test_conditions(void)
{
	static const struct {
		const char *text, *field;
		enum value_operator operation;
		const char *value, *or_member;
	} rows[] = {
	    {"a=b", "a", VALUE_EQUAL, "b", NULL},
	    {"a", "a", VALUE_EQUAL, "", NULL},
	    {"a=", "a", VALUE_EQUAL, "", NULL},
	    {"a=b=c", "a", VALUE_EQUAL, "b=c", NULL},
	    {"a+b=c+d%2Be", "a b", VALUE_EQUAL, "c d+e", NULL},
	    {"%61%62=%C3%a9", "ab", VALUE_EQUAL, "\xc3\xa9", NULL},
	    {"a%3Db=%26%23", "a=b", VALUE_EQUAL, "&#", NULL},
	    {"rack.row=1", "rack.row", VALUE_EQUAL, "1", NULL},
	    {"a:eq=1", "a", VALUE_EQUAL, "1", NULL},
	    {"a:ne=1", "a", VALUE_NOT_EQUAL, "1", NULL},
	    {"a:lt=1", "a", VALUE_LESS, "1", NULL},
	    {"a:lte=1", "a", VALUE_LESS_OR_EQUAL, "1", NULL},
	    {"a:gt=1", "a", VALUE_GREATER, "1", NULL},
	    {"a:gte=1", "a", VALUE_GREATER_OR_EQUAL, "1", NULL},
	    {"a%3Agte=1", "a", VALUE_GREATER_OR_EQUAL, "1", NULL},
	    {"a:in=1,2", "a", VALUE_IN, "1,2", NULL},
	    {"a:contains=x", "a", VALUE_CONTAINS, "x", NULL},
	    {"a:startsWith=x", "a", VALUE_STARTS_WITH, "x", NULL},
	    {"a:endsWith=x", "a", VALUE_ENDS_WITH, "x", NULL},
	    {"a:b:gte=1", "a:b", VALUE_GREATER_OR_EQUAL, "1", NULL},
	    {"a_eq=1", "a", VALUE_EQUAL, "1", "a_eq"},
	    {"a_ne=1", "a", VALUE_NOT_EQUAL, "1", "a_ne"},
	    {"a_lt=1", "a", VALUE_LESS, "1", "a_lt"},
	    {"a_lte=1", "a", VALUE_LESS_OR_EQUAL, "1", "a_lte"},
	    {"a_gt=1", "a", VALUE_GREATER, "1", "a_gt"},
	    {"a_gte=1", "a", VALUE_GREATER_OR_EQUAL, "1", "a_gte"},
	    {"a_in=1", "a", VALUE_IN, "1", "a_in"},
	    {"a_contains=x", "a", VALUE_CONTAINS, "x", "a_contains"},
	    {"a_startsWith=x", "a", VALUE_STARTS_WITH, "x", "a_startsWith"},
	    {"a_endsWith=x", "a", VALUE_ENDS_WITH, "x", "a_endsWith"},
	    {"a_like=x", "a", VALUE_CONTAINS, "x", "a_like"},
	    {"a_b_gte=x", "a_b", VALUE_GREATER_OR_EQUAL, "x", "a_b_gte"},
	    {"_a_gte=x", "_a", VALUE_GREATER_OR_EQUAL, "x", "_a_gte"},
	    {"is_new=x", "is_new", VALUE_EQUAL, "x", NULL},
	    {"a_GTE=x", "a_GTE", VALUE_EQUAL, "x", NULL},
	    {"a_=x", "a_", VALUE_EQUAL, "x", NULL},
	    {"gte=x", "gte", VALUE_EQUAL, "x", NULL},
	    {"Q=x", "Q", VALUE_EQUAL, "x", NULL},
	    {"&&a=b&&", "a", VALUE_EQUAL, "b", NULL},
	    {"a[]=1", "a", VALUE_EQUAL, "1", NULL},
	    {"a[0]=1", "a", VALUE_EQUAL, "1", NULL},
	    {"a%5B12%5D=1", "a", VALUE_EQUAL, "1", NULL},
	    {"a[gte]=1", "a", VALUE_GREATER_OR_EQUAL, "1", NULL},
	    {"a.b%5Bcontains%5d=x", "a.b", VALUE_CONTAINS, "x", NULL},
	    {"a[in][]=1,2", "a", VALUE_IN, "1,2", NULL},
	    {"a[in][3]=1", "a", VALUE_IN, "1", NULL},
	    {"a:in[]=1", "a", VALUE_IN, "1", NULL},
	    {"a_like[0]=1", "a", VALUE_CONTAINS, "1", "a_like"},
	    {"_a_gte[]=x", "_a", VALUE_GREATER_OR_EQUAL, "x", "_a_gte"},
	    {"page:eq=x", "page", VALUE_EQUAL, "x", NULL},
	    {"filter:ne=x", "filter", VALUE_NOT_EQUAL, "x", NULL},
	    {"limit_gte=3", "limit", VALUE_GREATER_OR_EQUAL, "3", "limit_gte"},
	    {"sort[ne]=3", "sort", VALUE_NOT_EQUAL, "3", NULL},
	    {"Page=x", "Page", VALUE_EQUAL, "x", NULL},
	    {"a.page=x", "a.page", VALUE_EQUAL, "x", NULL},
	    {"_sort:eq=x", "_sort", VALUE_EQUAL, "x", NULL},
	    {"q[eq]=x", "q", VALUE_EQUAL, "x", NULL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!CHECK_ROW(reads(rows[i].text), rows[i].text))
			continue;
		const struct selection_condition *c = &query.selection.conditions[0];
		CHECK_ROW(query.selection.condition_count == 1, rows[i].text);
		CHECK_ROW(is(c->field, rows[i].field) && c->operation == rows[i].operation &&
			      is(c->value, rows[i].value),
			  rows[i].text);
		CHECK_ROW(rows[i].or_member == NULL ? c->or_member.at == NULL
						    : is(c->or_member, rows[i].or_member),
			  rows[i].text);
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *why, *queries; /* with spaces between */
	} rows[] = {
	    {"parameter 1: a percent sign without two hexadecimal digits",
	     "a=% a=%4 %4g=1 a=%4&1=2 a%=1 a=%+1"},
	    {"parameter 2: a percent sign without two hexadecimal digits", "a=1&b=%zz"},
	    {"parameter 1: a NUL byte", "a=%00 _=%00"},
	    {"parameter 2: a NUL byte", "&&x=1&a%00b=1"},
	    {"parameter 1: invalid UTF-8",
	     "a=%ff a=%c0%af a=%ed%a0%80 a=%f4%90%80%80 a=\xc3 %c3=%a9"},
	    {"parameter 1: a name is missing", "=1 :eq=1 [eq]=1 []=1 [0]=1"},
	    {"parameter 2: a name is missing", "a=1&="},
	    {"parameter 1: unknown operator",
	     "a:foo=1 a:=1 :=1 a[foo]=1 a[like]=1 a[$gte]=1 a[GTE]=1 a[-1]=1 a[]]=1 "
	     "a:like=1 a:GTE=1 a:gte:=1"},
	    {"parameter 1: brackets that are neither name[] nor name[operator]",
	     "a]=1 a[=1 a[][]=1 a[0][1]=1 a[0][gte]=1 a[gte][lt]=1 a[0].b=1 "
	     "a[]:gte=1 a[]_gte=1 a[b]c=1 [a=1"},
	    {"parameter 2: use _page, or page:eq for a member of this name", "x=1&page=1"},
	    {"parameter 1: use _per_page, or per_page:eq for a member of this name", "per_page=1"},
	    {"parameter 1: use _limit, or limit:eq for a member of this name", "limit=1 limit[]=1"},
	    {"parameter 1: use _start, or offset:eq for a member of this name", "offset=1"},
	    {"parameter 1: use _sort, or sort:eq for a member of this name", "sort=-cpus"},
	    {"parameter 1: use _order, or order:eq for a member of this name", "order=1"},
	    {"parameter 1: a reply has all fields, or use fields:eq for a member", "fields=id"},
	    {"parameter 1: use field=value, or filter:eq for a member of this name",
	     "filter=id filter[status]=running filter%5Bstatus%5D=running"},
	    {"parameter 1: use _page, or page:eq for a member of this name", "page[size]=2"},
	    {"parameter 2: sent twice",
	     "_page[]=1&_page=1 _sort[]=a&_sort[]=b _page=1&_page=1 q=a&q=a "
	     "_start=0&%5fstart=0"},
	    {"parameter 1: unknown parameter", "_embed=x _expand=x _gte=1 _PAGE=1 __=1"},
	    {"parameter 2: unknown parameter", "a=1&_where=x"},
	    {"parameter 3: sent twice", "_sort=a&b=1&_sort=a"},
	    {"parameter 1: not a whole number",
	     "_page= _page=-1 _page=1.0 _page=+1 _page=1e3 _page=x _start= _start=-1 "
	     "_end=a _limit=1.5 _limit="},
	    {"parameter 1: not a number from 1 on", "_page=0 _page=00"},
	    {"parameter 2: not a number from 1 on", "_page=1&_per_page=0"},
	    {"parameter 1: more than 10000 a page",
	     "_per_page=10001 _per_page=99999999999999999999"},
	    {"parameter 2: more than 10000 a page", "_page=1&_limit=10001"},
	    {"parameter 3: _per_page and _limit together", "_page=1&_per_page=2&_limit=2"},
	    {"parameter 2: a page and a slice together", "_page=1&_start=0 _per_page=5&_end=5"},
	    {"parameter 1: a page and a slice together", "_end=5&_page=1"},
	    {"parameter 2: _end and _limit together", "_end=5&_limit=5"},
	    {"parameter 1: a field without a name", "_sort= _sort=- _sort=a,,b _sort=a,"},
	    {"parameter 1: more than 8 fields", "_sort=a,b,c,d,e,f,g,h,i"},
	    {"parameter 1: a direction is - before the field, or _order",
	     "_sort=+a _sort=a,%2Bb _sort=a,+b _sort=a:desc _sort=a+DESC "
	     "_sort=-a%20asc"},
	    {"parameter 1: _order without _sort", "_order=asc"},
	    {"parameter 1: more directions than fields", "_order=asc,desc&_sort=a"},
	    {"parameter 2: neither asc nor desc",
	     "_sort=a&_order=up _sort=a&_order= _sort=a,b&_order=asc,"},
	    {"parameter 2: two directions for one field", "_sort=-a&_order=desc"},
	};
	char why[QUERY_WHY_SIZE], one[100];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span list = span_of(rows[i].queries), at;
		while (span_next(&list, ' ', &at)) {
			snprintf(one, sizeof one, "%.*s", (int)at.len, at.at);
			strcpy(why, "it was read");
			CHECK_ROW(!query_read(&query, one, why), one);
			if (!CHECK_ROW(strcmp(why, rows[i].why) == 0, one))
				printf("got %s\n", why);
		}
	}
}

static void test_limits(void)
{
	static char text[2 * QUERY_MAX_BYTES];
	char why[QUERY_WHY_SIZE];

	for (size_t i = 0; i < QUERY_PARAMETERS_MAX; i++)
		strcpy(text + 4 * i, "a=1&");
	CHECK(reads(text) && query.selection.condition_count == QUERY_PARAMETERS_MAX);
	strcat(text, "_");
	CHECK(!query_read(&query, text, why) &&
	      strcmp(why, "parameter 65: more than 64 parameters") == 0);
	memset(text, '&', QUERY_MAX_BYTES); /* no parameter at all */
	text[QUERY_MAX_BYTES] = '\0';
	CHECK(reads(text) && query.selection.condition_count == 0);
	memset(text, 'a', QUERY_MAX_BYTES);
	CHECK(reads(text) && query.selection.conditions[0].field.len == QUERY_MAX_BYTES);
	strcpy(text + QUERY_MAX_BYTES, "a");
	CHECK(!query_read(&query, text, why) &&
	      strcmp(why, "the query is longer than 8192 bytes") == 0);
}

static void test_slices(void)
{
	static const struct {
		const char *text;
		bool paged;
		size_t start, end, page, per_page;
	} rows[] = {
	    {"", false, 0, SIZE_MAX, 1, 10},
	    {"_", false, 0, SIZE_MAX, 1, 10},
	    {"_=1&_=2", false, 0, SIZE_MAX, 1, 10},
	    {"_start=3", false, 3, SIZE_MAX, 1, 10},
	    {"_end=3", false, 0, 3, 1, 10},
	    {"_start=2&_end=3", false, 2, 3, 1, 10},
	    {"_start=5&_end=3", false, 5, 3, 1, 10},
	    {"_limit=4", false, 0, 4, 1, 10},
	    {"_limit=0", false, 0, 0, 1, 10},
	    {"_limit=4&_start=3", false, 3, 7, 1, 10},
	    {"_start=18446744073709551615&_limit=5", false, SIZE_MAX, SIZE_MAX, 1, 10},
	    {"_start=18446744073709551616", false, SIZE_MAX, SIZE_MAX, 1, 10},
	    {"_start=18446744073709551610&_limit=5", false, SIZE_MAX - 5, SIZE_MAX, 1, 10},
	    {"_start=1&_limit=18446744073709551615", false, 1, SIZE_MAX, 1, 10},
	    {"_end=99999999999999999999999", false, 0, SIZE_MAX, 1, 10},
	    {"_start=007", false, 7, SIZE_MAX, 1, 10},
	    {"_page=1", true, 0, 10, 1, 10},
	    {"_page=3", true, 20, 30, 3, 10},
	    {"_page=3&_per_page=7", true, 14, 21, 3, 7},
	    {"_page=3&_limit=7", true, 14, 21, 3, 7},
	    {"_per_page=7", true, 0, 7, 1, 7},
	    {"_per_page=10000&_page=2", true, 10000, 20000, 2, 10000},
	    {"_page=99999999999999999999", true, SIZE_MAX, SIZE_MAX, SIZE_MAX, 10},
	    {"_page=18446744073709551615&_per_page=1", true, SIZE_MAX - 1, SIZE_MAX, SIZE_MAX, 1},
	    {"_page=1844674407370955161", true, SIZE_MAX - 15, SIZE_MAX - 5, 1844674407370955161,
	     10},
	    {"_page=1844674407370955162", true, SIZE_MAX, SIZE_MAX, 1844674407370955162, 10},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!CHECK_ROW(reads(rows[i].text), rows[i].text))
			continue;
		const struct selection *s = &query.selection;
		CHECK_ROW(s->start == rows[i].start && s->end == rows[i].end, rows[i].text);
		CHECK_ROW(query.paged == rows[i].paged && query.page == rows[i].page &&
			      query.per_page == rows[i].per_page,
			  rows[i].text);
		CHECK_ROW(s->condition_count == 0 && s->sort_count == 0 && s->text.len == 0,
			  rows[i].text);
	}
	CHECK(reads("q=a%20b+c&x=1") && is(query.selection.text, "a b c") &&
	      query.selection.condition_count == 1);
	CHECK(reads("q=") && query.selection.text.len == 0);
}

static void test_sorts(void)
{
	/* The fields, each with + or - for its direction. */
	static const char *const rows[][2] = {
	    {"_sort=a", "+a"},
	    {"_sort=-a,b", "-a+b"},
	    {"_sort=a,b&_order=desc,asc", "-a+b"},
	    {"_order=DESC&_sort=a,b", "-a+b"},
	    {"_sort=a&_order=AsC", "+a"},
	    {"_sort=--a", "--a"},
	    {"_sort=rack.row,%2da", "+rack.row-a"},
	    {"_sort=a,b,c,d,e,f,g,-h", "+a+b+c+d+e+f+g-h"},
	    {"_sort=a:b,q,_page", "+a:b+q+_page"},
	    {"_sort[]=-a,b[0]", "-a+b[0]"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char got[200] = "";
		CHECK_ROW(reads(rows[i][0]), rows[i][0]);
		for (size_t k = 0; k < query.selection.sort_count; k++) {
			const struct order_by *by = &query.selection.sort[k];
			size_t len = strlen(got);
			snprintf(got + len, sizeof got - len, "%c%.*s", by->descending ? '-' : '+',
				 (int)by->field.len, by->field.at);
		}
		CHECK_ROW(strcmp(got, rows[i][1]) == 0, rows[i][0]);
	}
}

static void test_headers(void)
{
#define PAGE(others, n, relation) "</p?" others "_page=" n ">; rel=\"" relation "\""
	static const struct {
		const char *text;
		size_t total;
		const char *link;
	} rows[] = {
	    {"a=1", 5, ""},
	    {"_start=1&_end=3", 5, ""},
	    {"_page=1", 0, PAGE("", "1", "first") ", " PAGE("", "1", "last")},
	    {"_page=1", 10, PAGE("", "1", "first") ", " PAGE("", "1", "last")},
	    {"_page=1", 11,
	     PAGE("", "1", "first") ", " PAGE("", "2", "next") ", " PAGE("", "2", "last")},
	    {"_page=2", 11,
	     PAGE("", "1", "first") ", " PAGE("", "1", "prev") ", " PAGE("", "2", "last")},
	    {"_page=2&_limit=2", 5,
	     PAGE("_limit=2&", "1", "first") ", " PAGE("_limit=2&", "1", "prev") ", " PAGE(
		 "_limit=2&", "3", "next") ", " PAGE("_limit=2&", "3", "last")},
	    /* Past the end, the page before is the last one. */
	    {"_page=9", 11,
	     PAGE("", "1", "first") ", " PAGE("", "2", "prev") ", " PAGE("", "2", "last")},
	    {"_page=3", 0,
	     PAGE("", "1", "first") ", " PAGE("", "1", "prev") ", " PAGE("", "1", "last")},
	    {"_page=99999999999999999999", 11,
	     PAGE("", "1", "first") ", " PAGE("", "2", "prev") ", " PAGE("", "2", "last")},
	    {"_per_page=3", 4,
	     PAGE("_per_page=3&", "1", "first") ", " PAGE("_per_page=3&", "2", "next") ", " PAGE(
		 "_per_page=3&", "2", "last")},
	    /* The other parameters are kept as they were sent, also if they look like _page. */
	    {"a=%C3%a9+x&&_page=1&b&c_page=2&_sort=-a", 1,
	     PAGE("a=%C3%a9+x&b&c_page=2&_sort=-a&", "1",
		  "first") ", " PAGE("a=%C3%a9+x&b&c_page=2&_sort=-a&", "1", "last")},
	    {"a=<\">\\\x7f\xc3\xa9{}|^`&_page=1", 1,
	     PAGE("a=%3C%22%3E%5C%7F%C3%A9%7B%7D%7C%5E%60&", "1",
		  "first") ", " PAGE("a=%3C%22%3E%5C%7F%C3%A9%7B%7D%7C%5E%60&", "1", "last")},
	    /* A name can be written with percent codes. */
	    {"a=1&%5fpag%65=2&b=2", 11,
	     PAGE("a=1&b=2&", "1", "first") ", " PAGE("a=1&b=2&", "1",
						      "prev") ", " PAGE("a=1&b=2&", "2", "last")},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char want[1000];
		struct text got = {0};
		CHECK_ROW(reads(rows[i].text), rows[i].text);
		paging_write_headers(&query, "/p", rows[i].text, rows[i].total, &got);
		snprintf(want, sizeof want, "X-Total-Count: %zu\r\n%s%s%s", rows[i].total,
			 *rows[i].link ? "Link: " : "", rows[i].link, *rows[i].link ? "\r\n" : "");
		if (!CHECK_ROW(!got.failed && is((struct span){got.at, got.len}, want),
			       rows[i].text))
			printf("got %.*s", (int)got.len, got.at);
		text_free(&got);
	}
}

int main(void)
{
	test_conditions();
	test_refusals();
	test_limits();
	test_slices();
	test_sorts();
	test_headers();
	return check_done();
}
