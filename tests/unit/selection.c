/* selection: which records match, and the slice of them that is wanted. What is asked for is a
 * query (http/query.h). */
#include "data/selection.h"
#include "check.h"
#include "http/query.h"

static const struct table_kind kind = {
    .name = "machines",
    .file_name = "machines.json",
    .fields = {JSON_FIELD("id", JSON_NUMBER)},
    .count = 1,
    .required = 1,
};

static struct table table;
static struct query query;

static void load(const char *text)
{
	char why[TABLE_WHY_SIZE];

	table_free(&table);
	CHECK_ROW(table_read(&table, &kind, text, strlen(text), NULL, NULL, why) == TABLE_FINE,
		  text);
}

static void read_query(const char *text)
{
	char why[QUERY_WHY_SIZE];

	CHECK_ROW(query_read(&query, text, why), text);
}

static enum selection_result apply(uint32_t *places, size_t *count, size_t *total)
{
	*count = table.count;
	for (uint32_t i = 0; i < table.count; i++)
		places[i] = i;
	return selection_apply(&query.selection, &table, places, count, total);
}

/* The ids that a query gives, and how many matched if it is another number. */
static void show(FILE *out, const char *text)
{
	uint32_t places[20];
	size_t count, total = 12345;

	read_query(text);
	CHECK_ROW(apply(places, &count, &total) == SELECTION_FINE, text);
	for (size_t i = 0; i < count; i++) {
		struct span key = table_key(&table, places[i]);
		fprintf(out, "%s%.*s", i > 0 ? " " : "", (int)key.len, key.at);
	}
	if (total != count)
		fprintf(out, " of %zu", total);
}

static const char records[] =
    "[{'id':1,'name':'a','n':5,'rack':{'row':1,'at':{'x':'p'}},'tags':['t1']},"
    "{'id':2,'name':'b','n':7,'rack':{'row':2},'rack.row':9},"
    "{'id':3,'name':'C','n':'5','rack':[1],'n_gte':4},"
    "{'id':4,'name':'\\u0061','rack':'row'},"
    "{'id':5,'n':null,'rack.at':{'x':'q'},'rack':{'at':{'x':'p'}}},"
    "{ 'id' : 6 , 'n' : true , '\\u006eame' : 'b' , 'deep' : [ { 'k' : [ 'Needle' ] } ] }]";

static check_pair conditions[] = {
    {"1 2 3 4 5 6", "_"},
    {"1 4", "name=a"},
    {"1 2 4 6", "name=a&name=b"},    /* the same field again is "or" */
    {"1 2", "name=a&name=b&n:gt=4"}, /* another one is "and" */
    {"1", "name=a&name=b&n:gt=4&n:lt=6"},
    {"2", "n:ne=5 n:gt=4&n:gt=5"}, /* only of its own kind, and never where it is missing */
    {"", "n:ne=5&n:ne=7 nobody:ne=x"},
    {"1 4", "name:ne=b&name:ne=C"},
    {"1 3", "n=7&name=a&n=5&name=C"}, /* 5 is the number and the text */
    /* Of those that select, one must hold. Of those that bound, all must. */
    {"1 3 4", "name:contains=A&name:contains=c"},
    {"1 4", "name:contains=A&name:contains=c&name:startsWith=a"},
    {"4", "rack:contains="},
    /* A member that has the whole name of a parameter wins over the operator. There it is an
     * equality, and two of them are "or". */
    {"1 2 3", "n_gte=4 n_gte=5&n_gte=4"},
    {"1 2", "n_gte=5"},
};

static check_pair paths[] = {
    {"1", "rack.row=1 tags.0=t1 tags=t1"},
    {"", "rack.row=2 rack.at.y=p rack.row.x=1 rack.=1 .row=1 .=1 rack..row=1 name.x=a"},
    {"", "tags.1=t1 tags.00=t1 deep.k.1=Needle rack.at.x.=p"},
    {"2", "rack.row=9"},
    {"1 5", "rack.at.x=p"},
    {"6", "deep.k=Needle deep.0.k.0=Needle"},
    {"3", "rack.0=1 rack=1"},
};

static check_pair texts[] = {
    {"6", "q=needle q=true"}, {"1", "q=T1"}, {"1 4", "q=a"},
    {"4", "q=row"},           {"2", "q=9"},  {"", "q=name q=null q=%22 q=u0061"},
};

static check_pair sorts[] = {
    {"1 2 3 6 5 4", "_sort=n"}, /* numbers, text, true, null, missing */
    {"5 6 3 2 1 4", "_sort=-n"},
    {"3 4 1 6 2 5", "_sort=name,-id"},
    {"4 1 of 6", "_sort=name,-id&_start=1&_end=3"},
    {" of 6", "_sort=name&_start=1&_end=1 _start=3&_end=1 _start=99999999999999999999"},
    {"2 5 of 6", "_sort=name,-id&_start=4"},
    {" of 2", "name=a&_start=99999999999999999999"},
    {"4 1", "_sort=-id&name=a"},
    {"2 1 3 4 5 6", "_sort=-rack.row"},
};

TEST(records)
{
	load(quoted(records));
	CHECK_WORDS(conditions, show);
	CHECK_WORDS(paths, show);
	CHECK_WORDS(texts, show);
	CHECK_WORDS(sorts, show);
}

static const char lists[] =
    "[{'id':1,'t':['a','b',3]},{'id':2,'t':[]},{'id':3,'t':[['a'],{'x':'a'}]},{'id':4,'t':'a'},"
    "{'id':5,'t':{'x':'a','0':7}},{'id':6,'t':[{'x':1},{'x':[2,null],'0':7}]},{'id':7},"
    "{'id':8,'t':[true,null],'t.x':[9,{'y':1}]}]";

/* A condition holds for an array if it holds for one element. */
static check_pair arrays[] = {
    {"1 3 4", "t=a t:contains=A t:gt=2"},
    {"1 8", "t:in=b,null"},
    {"2 6 8", "t:ne=a"}, /* an empty array has no equal element */
    {"2 3 4 6 8", "t:ne=3"},
    {"1 3", "t.0=a"},
    {"5", "t.0=7"},
    {"1", "t.2:ne=4 t:contains=b&t=a"}, /* each may hold for another element */
    {"", "t.2:ne=a"},                   /* one value, of another kind */
    {"3", "t.0.0=a"},
    {"3 5", "t.x=a"},
    {"6", "t.x=2 t.x.1=null t.1.x=2"},
    {"8", "t.x=9"}, /* the member t.x, not the path */
    {"3 5 8", "t.x:ne=1"},
    {"3 5 6 8", "t.x:ne=b"},
    {"2 6", "t:ne=a&t:ne=true"},
    /* All paths in one walk, also where one is the beginning of another. */
    {"6", "t.1.x=2&t.x=1&t.1.0=7&t:ne=x"},
    {"8 3 5 6 1 2 4 7", "_sort=-t.x,id"},
};

/* The same name twice in a record: the first one counts. */
static check_pair twice[] = {{"1", "a=1&r.x=1"}, {"", "a=2"}};

TEST(lists)
{
	load("[{\"id\":1,\"a\":1,\"a\":2,\"r\":{\"x\":1,\"x\":2}}]");
	CHECK_WORDS(twice, show);
	load(quoted(lists));
	CHECK_WORDS(arrays, show);
}

/* A user who may see no machine. */
TEST(none)
{
	size_t count = 0, total = 1;

	read_query("id=1&_sort=id");
	CHECK(selection_apply(&query.selection, &table, NULL, &count, &total) == SELECTION_FINE &&
	      count == 0 && total == 0);
}

/* All conditions and sort fields that there can be. */
TEST(many)
{
	uint32_t places[20];
	size_t count, total;
	char text[SELECTION_CONDITIONS_MAX * 12], *end = text;

	for (int i = 0; i < SELECTION_CONDITIONS_MAX; i++)
		end += sprintf(end, "f%d_gte=1&", i);
	read_query(text);
	for (int i = 0; i < SELECTION_SORT_MAX; i++)
		query.selection.sort[i].field = (struct span){&"abcdefgh"[i], 1};
	query.selection.sort_count = SELECTION_SORT_MAX;
	CHECK(apply(places, &count, &total) == SELECTION_FINE && total == 0);
}

/* A selection that examines too much says so, whatever else is asked. */
TEST(too_much)
{
	enum { NOTE = 5000000 };
	char *text = malloc(NOTE + 100), wanted[SELECTION_CONDITIONS_MAX * 20] = "";
	uint32_t place;
	size_t count, total;

	sprintf(text, "[{\"id\":1,\"note\":\"%0*d\"}]", NOTE, 0);
	load(text);
	for (int i = 1; i <= SELECTION_CONDITIONS_MAX; i++) {
		strcat(wanted, "note:contains=x&");
		read_query(wanted);
		if (i == 48)
			CHECK(apply(&place, &count, &total) == SELECTION_FINE);
	}
	CHECK(apply(&place, &count, &total) == SELECTION_TOO_MUCH);
	table_free(&table);
	free(text);
}
