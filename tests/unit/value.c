/* value: the kinds of a value, and how it compares with what was asked for. */
#include "data/value.h"
#include "check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct value_scratch scratch = {.left = SIZE_MAX};

static struct span text_or_none(const char *text)
{
	return text != NULL ? span_of(text) : (struct span){NULL, 0};
}

static void test_kinds(void)
{
	static const struct {
		const char *text;
		enum value_kind kind;
	} rows[] = {
	    {"0", VALUE_NUMBER},   {"-1.5e5", VALUE_NUMBER}, {"\"1\"", VALUE_TEXT},
	    {"\"\"", VALUE_TEXT},  {"true", VALUE_TRUE},     {"false", VALUE_FALSE},
	    {"null", VALUE_NULL},  {"{}", VALUE_COMPOUND},   {"[1]", VALUE_COMPOUND},
	    {NULL, VALUE_MISSING},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(value_kind(text_or_none(rows[i].text)) == rows[i].kind, rows[i].text);
}

static enum value_answer answer(const char *written, enum value_operator operation,
				const struct span *asked, size_t count)
{
	struct value_test test;
	struct value value;

	CHECK(value_test_init(&test, operation, asked, count));
	value_read(&value, text_or_none(written), &scratch);
	enum value_answer found = value_answer(&test, &value, &scratch);
	value_test_free(&test);
	return found;
}

static bool holds(const char *value, enum value_operator operation, const char *asked)
{
	struct span text = text_or_none(asked);

	return answer(value, operation, &text, 1) == VALUE_HOLDS;
}

struct row {
	const char *value;
	enum value_operator operation;
	const char *asked;
	bool holds;
};

static void check_rows(const struct row *rows, size_t count)
{
	char row[200];

	for (size_t i = 0; i < count; i++) {
		snprintf(row, sizeof row, "%s %d %s", rows[i].value, (int)rows[i].operation,
			 rows[i].asked);
		CHECK_ROW(holds(rows[i].value, rows[i].operation, rows[i].asked) == rows[i].holds,
			  row);
	}
	CHECK(!scratch.decoded.failed);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof rows / sizeof rows[0])

static void test_same_kind(void)
{
	static const struct row rows[] = {
	    {"1.10", VALUE_EQUAL, "1.1", true},
	    {"1.1", VALUE_EQUAL, "1.1000000000000000001", false},
	    {"100", VALUE_EQUAL, "1e2", true},
	    {"0", VALUE_EQUAL, "-0", true},
	    {"9007199254740993", VALUE_EQUAL, "9007199254740992", false},
	    {"9007199254740993", VALUE_GREATER, "9007199254740992", true},
	    {"1e400", VALUE_GREATER, "1e399", true},
	    {"1e400", VALUE_LESS, "1e401", true},
	    {"5", VALUE_NOT_EQUAL, "5.0", false},
	    {"5", VALUE_NOT_EQUAL, "6", true},
	    {"5", VALUE_LESS, "5", false},
	    {"5", VALUE_LESS_OR_EQUAL, "5", true},
	    {"5", VALUE_GREATER, "5", false},
	    {"5", VALUE_GREATER_OR_EQUAL, "5", true},
	    {"-5", VALUE_GREATER_OR_EQUAL, "-4", false},
	    {"\"abc\"", VALUE_EQUAL, "abc", true},
	    {"\"abc\"", VALUE_EQUAL, "ABC", false},
	    {"\"\"", VALUE_EQUAL, "", true},
	    {"\"a\"", VALUE_EQUAL, "", false},
	    {"\"100\"", VALUE_EQUAL, "100", true},
	    {"\"100\"", VALUE_EQUAL, "1e2", false},
	    {"\"100\"", VALUE_LESS, "20", true},
	    {"\"ab\"", VALUE_LESS, "abc", true},
	    {"\"Z\"", VALUE_LESS, "a", true},
	    {"\"\xc3\xa9\"", VALUE_GREATER, "z", true},
	    {"\"a\\u00e9\\n\\\"\\\\\"", VALUE_EQUAL, "a\xc3\xa9\n\"\\", true},
	    {"\"\\ud83d\\udda5\"", VALUE_EQUAL, "\xf0\x9f\x96\xa5", true},
	    {"\"\\u0061\"", VALUE_NOT_EQUAL, "a", false},
	    {"true", VALUE_EQUAL, "true", true},
	    {"true", VALUE_EQUAL, "false", false},
	    {"true", VALUE_NOT_EQUAL, "false", true},
	    {"false", VALUE_LESS, "true", true},
	    {"null", VALUE_EQUAL, "null", true},
	    {"null", VALUE_NOT_EQUAL, "null", false},
	    {"null", VALUE_LESS_OR_EQUAL, "null", true},
	};

	CHECK_ROWS(rows);
}

/* Values of different kinds never match. */
static void test_other_kind(void)
{
	static const char *const values[] = {"1",  "\"a\"", "true",      "false", "null",
					     "{}", "[]",    "{\"a\":1}", "[1]"};
	static const char *const asked[] = {"1", "a", "true", "false", "null", ""};
	static const char kind_of_value[] = "ntbbzcccc", kind_of_asked[] = "ntbbzt";

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		for (size_t k = 0; k < sizeof asked / sizeof asked[0]; k++) {
			/* A number is also compared with text, as text. */
			bool comparable = kind_of_value[i] == kind_of_asked[k] ||
					  (kind_of_value[i] == 't' && kind_of_asked[k] == 'n');
			bool any = false;
			for (int op = VALUE_EQUAL; op <= VALUE_GREATER_OR_EQUAL; op++)
				any |= holds(values[i], (enum value_operator)op, asked[k]);
			CHECK_ROW(any == comparable, values[i]);
			if (!comparable)
				CHECK_ROW(!holds(values[i], VALUE_IN, asked[k]), values[i]);
		}
}

static void test_lists(void)
{
	static const struct row rows[] = {
	    {"2", VALUE_IN, "1,2,3", true},
	    {"2", VALUE_IN, " 1 , 2.0 ,3", true},
	    {"2", VALUE_IN, "20,12", false},
	    {"2", VALUE_IN, "", false},
	    {"2", VALUE_IN, ",,2", true},
	    {"\"b\"", VALUE_IN, "a, b ,c", true},
	    {"\"b\"", VALUE_IN, "a,bc", false},
	    {"\"\"", VALUE_IN, "", true},
	    {"\"\"", VALUE_IN, "a, ,b", true},
	    {"\"\"", VALUE_IN, "a,b", false},
	    {"\"a b\"", VALUE_IN, "x, a b ", true},
	    {"\"2\"", VALUE_IN, "1,2", true},
	    {"null", VALUE_IN, "1,null", true},
	    {"true", VALUE_IN, "false,null", false},
	    {"[1]", VALUE_IN, "1,[1]", false},
	    {"false", VALUE_IN, "1,false", true},
	    {"1e1", VALUE_IN, "1,10.0,100,7,a,8,9,11,12,-1", true},
	    {"13", VALUE_IN, "1,10.0,100,7,a,8,9,11,12,-1", false},
	    {"\"7\"", VALUE_IN, "1,10.0,100,7,a,8,9,11,12,-1", true},
	    {"\"10\"", VALUE_IN, "1,10.0,100,7,a,8,9,11,12,-1", false},
	};

	CHECK_ROWS(rows);
}

static void test_parts(void)
{
	static const struct row rows[] = {
	    {"\"Aimlab\"", VALUE_CONTAINS, "LAB", true},
	    {"\"Aimlab\"", VALUE_CONTAINS, "", true},
	    {"\"Aimlab\"", VALUE_CONTAINS, "lab ", false},
	    {"\"aab\"", VALUE_CONTAINS, "ab", true},
	    {"\"aAAb\"", VALUE_CONTAINS, "aab", true},
	    {"\"a.b\"", VALUE_CONTAINS, "a.b", true},
	    {"\"axb\"", VALUE_CONTAINS, "a.b", false},
	    {"\"x\"", VALUE_CONTAINS, "xx", false},
	    {"\"\xc3\xa9\"", VALUE_CONTAINS, "\xc3\x89", false}, /* only ASCII letters */
	    {"\"[\"", VALUE_CONTAINS, "{", false},               /* not letters, but 0x20 apart */
	    {"\"@\"", VALUE_CONTAINS, "`", false},
	    {"\"a[\"", VALUE_CONTAINS, "a{", false},
	    {"\"a[\"", VALUE_ENDS_WITH, "{", false},
	    {"\"a[\"", VALUE_CONTAINS, "A[", true},
	    {"\"\\u004c\\u0041B\"", VALUE_CONTAINS, "lab", true},
	    {"\"\\n\"", VALUE_CONTAINS, "n", false},
	    {"\"Aimlab\"", VALUE_STARTS_WITH, "aim", true},
	    {"\"Aimlab\"", VALUE_STARTS_WITH, "im", false},
	    {"\"Aimlab\"", VALUE_STARTS_WITH, "", true},
	    {"\"Aimlab\"", VALUE_STARTS_WITH, "Aimlabs", false},
	    {"\"Aimlab\"", VALUE_ENDS_WITH, "LAB", true},
	    {"\"Aimlab\"", VALUE_ENDS_WITH, "la", false},
	    {"\"a\\u0042\"", VALUE_ENDS_WITH, "b", true},
	    {"100", VALUE_CONTAINS, "0", false},
	    {"true", VALUE_STARTS_WITH, "t", false},
	    {"null", VALUE_ENDS_WITH, "", false},
	    {"[\"a\"]", VALUE_CONTAINS, "a", false},
	};

	CHECK_ROWS(rows);
}

/* Values of different kinds are told apart from values that differ. */
static void test_answers(void)
{
	static const struct span number = {"5", 1}, text = {"a", 1};

	CHECK(answer("5", VALUE_NOT_EQUAL, &number, 1) == VALUE_FAILS);
	CHECK(answer("6", VALUE_NOT_EQUAL, &number, 1) == VALUE_HOLDS);
	CHECK(answer("\"5\"", VALUE_NOT_EQUAL, &number, 1) == VALUE_FAILS);
	CHECK(answer("true", VALUE_NOT_EQUAL, &number, 1) == VALUE_OTHER_KIND);
	CHECK(answer("5", VALUE_NOT_EQUAL, &text, 1) == VALUE_OTHER_KIND);
	CHECK(answer("[5]", VALUE_NOT_EQUAL, &number, 1) == VALUE_OTHER_KIND);
}

static void test_alternatives(void)
{
	static const struct span asked[] = {{"b,c", 3}, {"1", 1}, {"null", 4}, {"", 0}, {"A", 1}};
	static const struct {
		const char *value;
		enum value_operator operation;
		size_t count;
		bool holds;
	} rows[] = {
	    {"\"b,c\"", VALUE_EQUAL, 3, true},
	    {"\"b\"", VALUE_EQUAL, 3, false},
	    {"\"b\"", VALUE_IN, 3, true},
	    {"1.0", VALUE_EQUAL, 3, true},
	    {"\"1\"", VALUE_EQUAL, 3, true},
	    {"null", VALUE_EQUAL, 3, true},
	    {"false", VALUE_EQUAL, 3, false},
	    {"\"\"", VALUE_EQUAL, 4, true},
	    {"\"x1\"", VALUE_CONTAINS, 3, true},
	    {"\"xa\"", VALUE_CONTAINS, 3, false},
	    {"\"xa\"", VALUE_CONTAINS, 4, true},
	    {"\"NULLx\"", VALUE_STARTS_WITH, 3, true},
	    {"\"NULLx\"", VALUE_ENDS_WITH, 3, false},
	    {"\"xB,C\"", VALUE_ENDS_WITH, 3, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW((answer(rows[i].value, rows[i].operation, asked, rows[i].count) ==
			   VALUE_HOLDS) == rows[i].holds,
			  rows[i].value);
}

/* Texts of several blocks: a part is found wherever it stands, also across two blocks. */
static void test_blocks(void)
{
	enum { LENGTH = 3 * VALUE_BLOCK_BYTES, PART = 100 };
	char *text = malloc(LENGTH + 1);
	struct span part = {"PART-", 5};
	struct value_test test;
	char longer[VALUE_PART_MAX_BYTES];

	CHECK(value_test_init(&test, VALUE_CONTAINS, &part, 1));
	for (size_t at = 0; at + part.len <= LENGTH; at += at % VALUE_BLOCK_BYTES < 40 ? 1 : 997) {
		memset(text, '-', LENGTH);
		memcpy(text + at, "pArT", 4);
		CHECK(value_text_contains(&test, (struct span){text, LENGTH}, &scratch));
		if (at + part.len < LENGTH)
			CHECK(!value_text_contains(&test, (struct span){text, at + 4}, &scratch));
	}
	value_test_free(&test);
	memset(longer, '-', sizeof longer);
	longer[sizeof longer - 1] = 'x';
	part = (struct span){longer, sizeof longer};
	CHECK(value_test_init(&test, VALUE_CONTAINS, &part, 1));
	memset(text, '-', LENGTH);
	CHECK(!value_text_contains(&test, (struct span){text, LENGTH}, &scratch));
	text[LENGTH - 1] = 'X';
	CHECK(value_text_contains(&test, (struct span){text, LENGTH}, &scratch));
	value_test_free(&test);
	free(text);
}

/* The count depends on the texts alone; when it is spent, nothing holds any more. */
static void test_spent(void)
{
	static struct value_scratch little;
	struct span part = {"a", 1};
	struct value_test test;

	CHECK(value_test_init(&test, VALUE_CONTAINS, &part, 1));
	little.left = 22;
	CHECK(value_text_contains(&test, span_of("xxxxxxxxxa"), &little) && little.left == 11);
	CHECK(value_text_contains(&test, span_of("xxxxxxxxxa"), &little) && little.left == 0);
	CHECK(!little.spent);
	CHECK(!value_text_contains(&test, span_of("xxxxxxxxxa"), &little) && little.spent);
	value_test_free(&test);
}

int main(void)
{
	test_kinds();
	test_same_kind();
	test_other_kind();
	test_lists();
	test_parts();
	test_answers();
	test_alternatives();
	test_blocks();
	test_spent();
	CHECK(!scratch.decoded.failed);
	value_scratch_free(&scratch);
	return check_done();
}
