/* selection: which records match, and the slice of them that is wanted. */
#include "data/selection.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

static const struct table_kind kind = {
    .name = "machines",
    .file_name = "machines.json",
    .fields = {JSON_FIELD("id", JSON_NUMBER)},
    .count = 1,
    .required = 1,
};

static struct table table;
static struct selection selection;

static void load(const char *text)
{
	char why[TABLE_WHY_SIZE];

	CHECK_ROW(table_read(&table, &kind, text, strlen(text), NULL, NULL, why) == TABLE_FINE,
		  text);
}

static struct span text_or_none(const char *text)
{
	return text != NULL ? span_of(text) : (struct span){NULL, 0};
}

static void begin(void)
{
	selection = (struct selection){.end = SIZE_MAX};
}

static void add(const char *field, enum value_operator operation, const char *value)
{
	selection.conditions[selection.condition_count++] = (struct selection_condition){
	    text_or_none(field), operation, text_or_none(value), {NULL, 0}};
}

static void add_or_member(const char *field, enum value_operator operation, const char *value,
			  const char *member)
{
	add(field, operation, value);
	selection.conditions[selection.condition_count - 1].or_member = text_or_none(member);
}

static void sort_by(const char *field, bool descending)
{
	selection.sort[selection.sort_count++] = (struct order_by){text_or_none(field), descending};
}

/* Whether the selection gives these ids, and this many before the slice. */
static bool gives(const char *ids, size_t want_total)
{
	uint32_t places[200];
	size_t count = table.count, total = 12345, len = 0;
	char got[1000] = "";

	for (uint32_t i = 0; i < count; i++)
		places[i] = i;
	if (!CHECK(selection_apply(&selection, &table, places, &count, &total) == SELECTION_FINE))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct table_record *r = &table.list[places[i]];
		len += (size_t)snprintf(got + len, sizeof got - len, "%s%.*s", i > 0 ? " " : "",
					(int)r->key_len, table.text + r->key_at);
	}
	bool good = strcmp(got, ids) == 0 && total == want_total;
	if (!good)
		printf("got %s of %zu\n", got, total);
	return good;
}

static const char records[] =
    "[{\"id\":1,\"name\":\"a\",\"n\":5,\"rack\":{\"row\":1,\"at\":{\"x\":\"p\"}},\"tags\":[\"t1\"]}"
    ","
    "{\"id\":2,\"name\":\"b\",\"n\":7,\"rack\":{\"row\":2},\"rack.row\":9},"
    "{\"id\":3,\"name\":\"C\",\"n\":\"5\",\"rack\":[1],\"n_gte\":4},"
    "{\"id\":4,\"name\":\"\\u0061\",\"rack\":\"row\"},"
    "{\"id\":5,\"n\":null,\"rack.at\":{\"x\":\"q\"},\"rack\":{\"at\":{\"x\":\"p\"}}},"
    "{ \"id\" : 6 , \"n\" : true , \"\\u006eame\" : \"b\" , \"deep\" : [ { \"k\" : [ \"Needle\" ] "
    "} ] }]";

static void test_conditions(void)
{
	load(records);
	begin();
	CHECK(gives("1 2 3 4 5 6", 6));
	add("name", VALUE_EQUAL, "a");
	CHECK(gives("1 4", 2));
	add("name", VALUE_EQUAL, "b"); /* the same field again is "or" */
	CHECK(gives("1 2 4 6", 4));
	add("n", VALUE_GREATER, "4"); /* another one is "and" */
	CHECK(gives("1 2", 2));
	add("n", VALUE_LESS, "6");
	CHECK(gives("1", 1));

	begin();
	add("n", VALUE_NOT_EQUAL, "5"); /* only of its own kind, and never where it is missing */
	CHECK(gives("2", 1));
	add("n", VALUE_NOT_EQUAL, "7");
	CHECK(gives("", 0));
	begin();
	add("name", VALUE_NOT_EQUAL, "b");
	add("name", VALUE_NOT_EQUAL, "C");
	CHECK(gives("1 4", 2));

	begin();
	add("n", VALUE_EQUAL, "7");
	add("name", VALUE_EQUAL, "a");
	add("n", VALUE_EQUAL, "5");
	add("name", VALUE_EQUAL, "C");
	CHECK(gives("1 3", 2)); /* 5 is the number and the text */

	/* Of those that select, one must hold. Of those that bound, all must. */
	begin();
	add("name", VALUE_CONTAINS, "A");
	add("name", VALUE_CONTAINS, "c");
	CHECK(gives("1 3 4", 3));
	add("name", VALUE_STARTS_WITH, "a");
	CHECK(gives("1 4", 2));
	begin();
	add("n", VALUE_GREATER, "4");
	add("n", VALUE_GREATER, "5");
	CHECK(gives("2", 1));

	begin();
	add("nobody", VALUE_NOT_EQUAL, "x");
	CHECK(gives("", 0));
	begin();
	add("rack", VALUE_CONTAINS, "");
	CHECK(gives("4", 1));
}

static void test_paths(void)
{
	static const struct {
		const char *path, *value, *ids;
	} rows[] = {
	    {"rack.row", "1", "1"},
	    {"rack.row", "2", ""},
	    {"rack.row", "9", "2"},
	    {"rack.at.x", "p", "1 5"},
	    {"rack.at.y", "p", ""},
	    {"rack.row.x", "1", ""},
	    {"rack.", "1", ""},
	    {".row", "1", ""},
	    {".", "1", ""},
	    {"rack..row", "1", ""},
	    {"tags.0", "t1", "1"},
	    {"name.x", "a", ""},
	    {"tags.1", "t1", ""},
	    {"tags.00", "t1", ""},
	    {"deep.k", "Needle", "6"},
	    {"deep.0.k.0", "Needle", "6"},
	    {"deep.k.1", "Needle", ""},
	    {"rack.0", "1", "3"},
	    {"tags", "t1", "1"},
	    {"rack", "1", "3"},
	    {"rack.at.x.", "p", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		add(rows[i].path, VALUE_EQUAL, rows[i].value);
		size_t total = rows[i].ids[0] == '\0' ? 0 : (strlen(rows[i].ids) + 1) / 2;
		CHECK_ROW(gives(rows[i].ids, total), rows[i].path);
	}
}

static const char lists[] = "[{\"id\":1,\"t\":[\"a\",\"b\",3]},{\"id\":2,\"t\":[]},{\"id\":3,\"t\":"
			    "[[\"a\"],{\"x\":\"a\"}]},"
			    "{\"id\":4,\"t\":\"a\"},{\"id\":5,\"t\":{\"x\":\"a\",\"0\":7}},{\"id\":"
			    "6,\"t\":[{\"x\":1},{\"x\":[2,null],\"0\":7}]},"
			    "{\"id\":7},{\"id\":8,\"t\":[true,null],\"t.x\":[9,{\"y\":1}]}]";

/* A condition holds for an array if it holds for one element. */
static void test_arrays(void)
{
	static const struct {
		const char *field;
		enum value_operator operation;
		const char *value, *ids;
	} rows[] = {
	    {"t", VALUE_EQUAL, "a", "1 3 4"},
	    {"t", VALUE_IN, "b,null", "1 8"},
	    {"t", VALUE_CONTAINS, "A", "1 3 4"},
	    {"t", VALUE_GREATER, "2", "1 3 4"},
	    {"t", VALUE_NOT_EQUAL, "a", "2 6 8"}, /* an empty array has no equal element */
	    {"t", VALUE_NOT_EQUAL, "3", "2 3 4 6 8"},
	    {"t.0", VALUE_EQUAL, "a", "1 3"},
	    {"t.0", VALUE_EQUAL, "7", "5"},
	    {"t.2", VALUE_NOT_EQUAL, "4", "1"},
	    {"t.2", VALUE_NOT_EQUAL, "a", ""}, /* one value, of another kind */
	    {"t.0.0", VALUE_EQUAL, "a", "3"},
	    {"t.x", VALUE_EQUAL, "a", "3 5"},
	    {"t.x", VALUE_EQUAL, "2", "6"},
	    {"t.x", VALUE_EQUAL, "9", "8"}, /* the member t.x, not the path */
	    {"t.x.1", VALUE_EQUAL, "null", "6"},
	    {"t.x", VALUE_NOT_EQUAL, "1", "3 5 8"},
	    {"t.x", VALUE_NOT_EQUAL, "b", "3 5 6 8"},
	    {"t.1.x", VALUE_EQUAL, "2", "6"},
	};

	load(lists);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		add(rows[i].field, rows[i].operation, rows[i].value);
		size_t total = rows[i].ids[0] == '\0' ? 0 : (strlen(rows[i].ids) + 1) / 2;
		CHECK_ROW(gives(rows[i].ids, total), rows[i].field);
	}
	/* Each may hold for another element. */
	begin();
	add("t", VALUE_CONTAINS, "b");
	add("t", VALUE_EQUAL, "a");
	CHECK(gives("1", 1));
	begin();
	add("t", VALUE_NOT_EQUAL, "a");
	add("t", VALUE_NOT_EQUAL, "true");
	CHECK(gives("2 6", 2));
	/* All paths in one walk, also where one is the beginning of another. */
	begin();
	add("t.1.x", VALUE_EQUAL, "2");
	add("t.x", VALUE_EQUAL, "1");
	add("t.1.0", VALUE_EQUAL, "7");
	add("t", VALUE_NOT_EQUAL, "x");
	CHECK(gives("6", 1));
	begin();
	sort_by("t.x", true);
	sort_by("id", false);
	CHECK(gives("8 3 5 6 1 2 4 7", 8));
	table_free(&table);
}

/* A selection that examines too much says so, whatever else is asked. */
static void test_too_much(void)
{
	enum { NOTE = 5000000 };
	char *text = malloc(NOTE + 100);
	uint32_t place = 0;
	size_t count = 1, total;

	sprintf(text, "[{\"id\":1,\"note\":\"%0*d\"}]", NOTE, 0);
	load(text);
	begin();
	for (int i = 0; i < 48; i++)
		add("note", VALUE_CONTAINS, "x");
	CHECK(selection_apply(&selection, &table, &place, &count, &total) == SELECTION_FINE);
	count = 1;
	for (int i = 48; i < SELECTION_CONDITIONS_MAX; i++)
		add("note", VALUE_CONTAINS, "x");
	CHECK(selection_apply(&selection, &table, &place, &count, &total) == SELECTION_TOO_MUCH);
	table_free(&table);
	free(text);
}

/* A member that has the whole name of a parameter wins over the operator. */
static void test_or_member(void)
{
	begin();
	add_or_member("n", VALUE_GREATER_OR_EQUAL, "4", "n_gte");
	CHECK(gives("1 2 3", 3));
	begin();
	add_or_member("n", VALUE_GREATER_OR_EQUAL, "5", "n_gte");
	CHECK(gives("1 2", 2));
	/* There it is an equality, and two of them are "or". */
	begin();
	add_or_member("n", VALUE_GREATER_OR_EQUAL, "5", "n_gte");
	add_or_member("n", VALUE_GREATER_OR_EQUAL, "4", "n_gte");
	CHECK(gives("1 2 3", 3));
	begin();
	add_or_member("n", VALUE_EQUAL, "4", "n_gte");
	add("n", VALUE_EQUAL, "5");
	CHECK(gives("1 3", 2));
}

static void test_text(void)
{
	static const struct {
		const char *text, *ids;
		size_t total;
	} rows[] = {
	    {"needle", "6", 1}, {"T1", "1", 1},  {"name", "", 0}, {"a", "1 4", 2},  {"row", "4", 1},
	    {"true", "6", 1},   {"null", "", 0}, {"\"", "", 0},   {"u0061", "", 0}, {"9", "2", 1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		selection.text = text_or_none(rows[i].text);
		CHECK_ROW(gives(rows[i].ids, rows[i].total), rows[i].text);
	}
}

static void test_sorted(void)
{
	begin();
	sort_by("n", false);
	CHECK(gives("1 2 3 6 5 4", 6)); /* numbers, text, true, null, missing */
	selection.sort[0].descending = true;
	CHECK(gives("5 6 3 2 1 4", 6));
	begin();
	sort_by("name", false);
	sort_by("id", true);
	CHECK(gives("3 4 1 6 2 5", 6));
	selection.start = 1;
	selection.end = 3;
	CHECK(gives("4 1", 6));
	selection.end = 1;
	CHECK(gives("", 6));
	selection.start = 3;
	CHECK(gives("", 6));
	selection.start = 4;
	selection.end = SIZE_MAX;
	CHECK(gives("2 5", 6));
	selection.start = SIZE_MAX;
	CHECK(gives("", 6));
	add("name", VALUE_EQUAL, "a");
	CHECK(gives("", 2));
	selection.start = 0;
	CHECK(gives("4 1", 2));
	begin();
	sort_by("rack.row", true);
	CHECK(gives("2 1 3 4 5 6", 6));
}

/* A user who may see no machine. */
static void test_none(void)
{
	size_t count = 0, total = 1;

	begin();
	add("id", VALUE_EQUAL, "1");
	sort_by("id", false);
	CHECK(selection_apply(&selection, &table, NULL, &count, &total) == SELECTION_FINE &&
	      count == 0 && total == 0);
}

/* The same name twice in a record: the first one counts. */
static void test_twice(void)
{
	table_free(&table);
	load("[{\"id\":1,\"a\":1,\"a\":2,\"r\":{\"x\":1,\"x\":2}}]");
	begin();
	add("a", VALUE_EQUAL, "1");
	add("r.x", VALUE_EQUAL, "1");
	CHECK(gives("1", 1));
	begin();
	add("a", VALUE_EQUAL, "2");
	CHECK(gives("", 0));
}

/* All conditions and sort fields that there can be. */
static void test_many(void)
{
	static char names[SELECTION_CONDITIONS_MAX][2][16];

	begin();
	for (int i = 0; i < SELECTION_CONDITIONS_MAX; i++) {
		snprintf(names[i][0], sizeof names[i][0], "f%d", i);
		snprintf(names[i][1], sizeof names[i][1], "f%d_gte", i);
		add_or_member(names[i][0], VALUE_GREATER_OR_EQUAL, "1", names[i][1]);
	}
	for (int i = 0; i < SELECTION_SORT_MAX; i++)
		sort_by(&"abcdefgh"[i], false);
	CHECK(gives("", 0));
}

int main(void)
{
	test_conditions();
	test_paths();
	test_or_member();
	test_text();
	test_sorted();
	test_none();
	test_twice();
	test_many();
	table_free(&table);
	test_arrays();
	test_too_much();
	return check_done();
}
