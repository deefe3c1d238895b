/* query: what a query string means, the sentence of each refusal, slices, pages and links. */
#include "http/query.h"
#include "check.h"
#include "http/paging.h"

#include <stdint.h>

static struct query query;

static void print_place(FILE *out, size_t place)
{
	if (place > SIZE_MAX - 100)
		fprintf(out, "max-%zu", SIZE_MAX - place);
	else
		fprintf(out, "%zu", place);
}

/* Conditions as `field operator value`, with the member that comes before them; the text that is
 * searched, the fields to sort by, and the slice. */
static void show(FILE *out, const char *text)
{
	char why[QUERY_WHY_SIZE];
	const struct selection *s = &query.selection;

	memset(&query, 0xA5, sizeof query);
	if (!query_read(&query, text, why)) {
		fputs(why, out);
		return;
	}
	for (size_t i = 0; i < s->condition_count; i++) {
		const struct selection_condition *c = &s->conditions[i];
		fprintf(out, "%.*s %s %.*s", (int)c->field.len, c->field.at, c->operation->name,
			(int)c->value.len, c->value.at);
		if (c->or_member.at != NULL)
			fprintf(out, " or %.*s", (int)c->or_member.len, c->or_member.at);
	}
	if (s->text.len > 0)
		fprintf(out, "q %.*s", (int)s->text.len, s->text.at);
	for (size_t i = 0; i < s->sort_count; i++)
		fprintf(out, "%c%.*s", s->sort[i].descending ? '-' : '+', (int)s->sort[i].field.len,
			s->sort[i].field.at);
	if (s->start != 0 || s->end != SIZE_MAX) {
		print_place(out, s->start);
		fputs(" to ", out);
		print_place(out, s->end);
	}
	if (query.paged) {
		fputs(", page ", out);
		print_place(out, query.page);
		fprintf(out, " of %zu", query.per_page);
	} else {
		CHECK_ROW(query.page == 1 && query.per_page == QUERY_PER_PAGE, text);
	}
}

/* What each of these queries means. */
static check_pair conditions[] = {
    {"a eq ", "a a= a:eq= a[]="},
    {"a eq b", "a=b &&a=b&& a:eq=b a[eq]=b a[]=b a[0]=b a%5B12%5D=b %61=%62"},
    {"a ne 1", "a:ne=1 a[ne]=1 a%3Ane=1"},
    {"a lt 1", "a:lt=1 a[lt]=1"},
    {"a lte 1", "a:lte=1 a[lte]=1"},
    {"a gt 1", "a:gt=1 a[gt]=1"},
    {"a gte 1", "a:gte=1 a[gte]=1"},
    {"a in 1,2", "a:in=1,2 a[in]=1,2 a:in[]=1,2 a[in][]=1,2 a[in][3]=1,2"},
    {"a contains x", "a:contains=x a%5Bcontains%5d=x"},
    {"a startsWith x", "a:startsWith=x a[startsWith]=x"},
    {"a endsWith x", "a:endsWith=x a[endsWith]=x"},
    {"a eq 1 or a_eq", "a_eq=1"},
    {"a gt 1 or a_gt", "a_gt=1"},
    {"a gte 1 or a_gte", "a_gte=1 a_gte[]=1"},
    {"a contains x or a_contains", "a_contains=x"},
    {"a contains x or a_like", "a_like=x a_like[0]=x"},
    {"a_b gte x or a_b_gte", "a_b_gte=x"},
    {"_a gte x or _a_gte", "_a_gte=x _a_gte[]=x"},
    {"limit gte 3 or limit_gte", "limit_gte=3"},
    /* Names that only look like an operator or a parameter. */
    {"is_new eq x", "is_new=x"},
    {"a_GTE eq x", "a_GTE=x"},
    {"a_ eq x", "a_=x"},
    {"gte eq x", "gte=x"},
    {"a:b gte x", "a:b:gte=x"},
    {"a.page eq x", "a.page=x"},
    {"Page eq x", "Page=x"},
    {"page eq x", "page:eq=x"},
    {"filter ne x", "filter:ne=x"},
    {"sort ne x", "sort[ne]=x"},
    {"_sort eq x", "_sort:eq=x"},
    {"Q eq x", "Q=x"},
    {"q eq x", "q[eq]=x"},
    {"q a b c", "q=a%20b+c"},
    {"", "q="},
    {"a eq b=c", "a=b=c"},
    {"a b eq c d+e", "a+b=c+d%2Be"},
    {"a=b eq &#\xc3\xa9", "a%3Db=%26%23%C3%a9"},
};

static check_pair sorts[] = {
    {"+a", "_sort=a _sort=a&_order=AsC"},
    {"-a+b", "_sort=-a,b _sort=a,b&_order=desc,asc _order=DESC&_sort=a,b"},
    {"--a", "_sort=--a"},
    {"+rack.row-a", "_sort=rack.row,%2da"},
    {"+a+b+c+d+e+f+g-h", "_sort=a,b,c,d,e,f,g,-h"},
    {"+a:b+q+_page", "_sort=a:b,q,_page"},
    {"-a+b[0]", "_sort[]=-a,b[0]"},
};

static check_pair slices[] = {
    {"", "_=1&_=2 _end=99999999999999999999999"},
    {"3 to max-0", "_start=3"},
    {"7 to max-0", "_start=007"},
    {"0 to 3", "_end=3"},
    {"2 to 3", "_start=2&_end=3"},
    {"5 to 3", "_start=5&_end=3"},
    {"0 to 4", "_limit=4"},
    {"0 to 0", "_limit=0"},
    {"3 to 7", "_limit=4&_start=3"},
    {"max-0 to max-0", "_start=18446744073709551615&_limit=5 _start=18446744073709551616"},
    {"max-5 to max-0", "_start=18446744073709551610&_limit=5"},
    {"1 to max-0", "_start=1&_limit=18446744073709551615"},
    {"0 to 10, page 1 of 10", "_page=1"},
    {"20 to 30, page 3 of 10", "_page=3"},
    {"14 to 21, page 3 of 7", "_page=3&_per_page=7 _page=3&_limit=7"},
    {"0 to 7, page 1 of 7", "_per_page=7"},
    {"10000 to 20000, page 2 of 10000", "_per_page=10000&_page=2"},
    {"max-0 to max-0, page max-0 of 10", "_page=99999999999999999999"},
    {"max-1 to max-0, page max-0 of 1", "_page=18446744073709551615&_per_page=1"},
    {"max-15 to max-5, page 1844674407370955161 of 10", "_page=1844674407370955161"},
    {"max-0 to max-0, page 1844674407370955162 of 10", "_page=1844674407370955162"},
};

static check_pair refusals[] = {
    {"parameter 1: a percent sign without two hexadecimal digits",
     "a=% a=%4 %4g=1 a=%4&1=2 a%=1 a=%+1"},
    {"parameter 2: a percent sign without two hexadecimal digits", "a=1&b=%zz"},
    {"parameter 1: a NUL byte", "a=%00 _=%00"},
    {"parameter 2: a NUL byte", "&&x=1&a%00b=1"},
    {"parameter 1: invalid UTF-8", "a=%ff a=%c0%af a=%ed%a0%80 a=%f4%90%80%80 a=\xc3 %c3=%a9"},
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
    {"parameter 2: sent twice", "_page[]=1&_page=1 _sort[]=a&_sort[]=b _page=1&_page=1 q=a&q=a "
				"_start=0&%5fstart=0"},
    {"parameter 1: unknown parameter", "_embed=x _expand=x _gte=1 _PAGE=1 __=1"},
    {"parameter 2: unknown parameter", "a=1&_where=x"},
    {"parameter 3: sent twice", "_sort=a&b=1&_sort=a"},
    {"parameter 1: not a whole number",
     "_page= _page=-1 _page=1.0 _page=+1 _page=1e3 _page=x _start= _start=-1 "
     "_end=a _limit=1.5 _limit="},
    {"parameter 1: not a number from 1 on", "_page=0 _page=00"},
    {"parameter 2: not a number from 1 on", "_page=1&_per_page=0"},
    {"parameter 1: more than 10000 a page", "_per_page=10001 _per_page=99999999999999999999"},
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

TEST(limits)
{
	static char text[2 * QUERY_MAX_BYTES];
	char why[QUERY_WHY_SIZE];
	const struct selection *s = &query.selection;

	for (size_t i = 0; i < QUERY_PARAMETERS_MAX; i++)
		strcpy(text + 4 * i, "a=1&");
	CHECK(query_read(&query, text, why) && s->condition_count == QUERY_PARAMETERS_MAX);
	strcat(text, "_");
	CHECK_RENDERED(text, "parameter 65: more than 64 parameters", show);
	memset(text, '&', QUERY_MAX_BYTES); /* no parameter at all */
	text[QUERY_MAX_BYTES] = '\0';
	CHECK_RENDERED(text, "", show);
	memset(text, 'a', QUERY_MAX_BYTES);
	CHECK(query_read(&query, text, why) && s->conditions[0].field.len == QUERY_MAX_BYTES);
	strcpy(text + QUERY_MAX_BYTES, "a");
	CHECK_RENDERED(text, "the query is longer than 8192 bytes", show);
}

/* The links of a page: the relations with their pages. */
TEST(headers)
{
	static const struct {
		const char *text;
		size_t total;
		const char *others, *links;
	} rows[] = {
	    {"a=1", 5, "", ""},
	    {"_start=1&_end=3", 5, "", ""},
	    {"_page=1", 0, "", "first=1 last=1"},
	    {"_page=1", 10, "", "first=1 last=1"},
	    {"_page=1", 11, "", "first=1 next=2 last=2"},
	    {"_page=2", 11, "", "first=1 prev=1 last=2"},
	    {"_page=2&_limit=2", 5, "_limit=2&", "first=1 prev=1 next=3 last=3"},
	    /* Past the end, the page before is the last one. */
	    {"_page=9", 11, "", "first=1 prev=2 last=2"},
	    {"_page=3", 0, "", "first=1 prev=1 last=1"},
	    {"_page=99999999999999999999", 11, "", "first=1 prev=2 last=2"},
	    {"_per_page=3", 4, "_per_page=3&", "first=1 next=2 last=2"},
	    /* The other parameters are kept as they were sent, also if they look like _page. */
	    {"a=%C3%a9+x&&_page=1&b&c_page=2&_sort=-a", 1, "a=%C3%a9+x&b&c_page=2&_sort=-a&",
	     "first=1 last=1"},
	    {"a=<\">\\\x7f\xc3\xa9{}|^`&_page=1", 1, "a=%3C%22%3E%5C%7F%C3%A9%7B%7D%7C%5E%60&",
	     "first=1 last=1"},
	    /* A name can be written with percent codes. */
	    {"a=1&%5fpag%65=2&b=2", 11, "a=1&b=2&", "first=1 prev=1 last=2"},
	};

	EACH(row, rows) {
		char want[1000], why[QUERY_WHY_SIZE];
		struct text got = {0};
		int len = sprintf(want, "X-Total-Count: %zu\r\n", row->total);
		EACH_WORD(link, row->links) {
			int name = (int)strcspn(link, "=");
			len += sprintf(want + len, "%s</p?%s_page%s>; rel=\"%.*s\"",
				       strncmp(link, "first", 5) == 0 ? "Link: " : ", ",
				       row->others, link + name, name, link);
		}
		strcpy(want + len, *row->links ? "\r\n" : "");
		CHECK_ROW(query_read(&query, row->text, why), row->text);
		paging_write_headers(&query, "/p", row->text, row->total, &got);
		CHECK_BYTES(got.at, got.len, want, row->text);
		text_free(&got);
	}
}

TEST(rows)
{
	CHECK_WORDS(conditions, show);
	CHECK_WORDS(sorts, show);
	CHECK_WORDS(slices, show);
	CHECK_WORDS(refusals, show);
	CHECK_RENDERED("", "", show);
}
