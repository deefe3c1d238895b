/* value: the kinds of a value, and how it compares with what was asked for. */
#include "check.h"
#include "data/operators.h"

#include <stdint.h>

static struct value_scratch scratch = {.left = SIZE_MAX};

TEST(kinds)
{
	static const struct {
		const char *text;
		enum value_kind kind;
	} rows[] = {
	    {"0", VALUE_NUMBER},  {"-1.5e5", VALUE_NUMBER}, {"\"1\"", VALUE_TEXT},
	    {"\"\"", VALUE_TEXT}, {"true", VALUE_TRUE},     {"false", VALUE_FALSE},
	    {"null", VALUE_NULL}, {"{}", VALUE_COMPOUND},   {"[1]", VALUE_COMPOUND},
	};

	EACH(row, rows)
		CHECK_ROW(value_kind(span_of(row->text)) == row->kind, row->text);
	CHECK(value_kind((struct span){NULL, 0}) == VALUE_MISSING);
}

static enum value_answer answer(struct span written, const char *operation,
				const struct span *asked, size_t count)
{
	struct value_test test;
	struct value value;

	CHECK(value_test_init(&test, value_operator_find(span_of(operation)), asked, count));
	value_read(&value, written, &scratch);
	enum value_answer found = value_answer(&test, &value, &scratch);
	value_test_free(&test);
	return found;
}

/* Whether `VALUE operator ASKED` holds. */
static enum value_answer answer_of(const char *row)
{
	static const char *const operators[][2] = {{" = ", "eq"},
						   {" != ", "ne"},
						   {" < ", "lt"},
						   {" <= ", "lte"},
						   {" > ", "gt"},
						   {" >= ", "gte"},
						   {" in ", "in"},
						   {" contains ", "contains"},
						   {" startsWith ", "startsWith"},
						   {" endsWith ", "endsWith"}};
	const char *text = quoted(row);

	EACH(o, operators) {
		const char *at = strstr(text, (*o)[0]);
		if (at == NULL)
			continue;
		struct span asked = span_of(at + strlen((*o)[0]));
		return answer((struct span){text, (size_t)(at - text)}, (*o)[1], &asked, 1);
	}
	CHECK_ROW(false, row);
	return VALUE_OTHER_KIND;
}

static const char *const hold[] = {
    /* numbers */
    "1.10 = 1.1|100 = 1e2|0 = -0|9007199254740993 > 9007199254740992|1e400 > 1e399",
    "1e400 < 1e401|5 != 6|5 <= 5|5 >= 5",
    /* texts */
    "'abc' = abc|'' = |'100' = 100|'100' < 20|'ab' < abc|'Z' < a|'\xc3\xa9' > z",
    "'a\\u00e9\\n\\'\\\\' = a\xc3\xa9\n'\\|'\\ud83d\\udda5' = \xf0\x9f\x96\xa5",
    /* others */
    "true = true|true != false|false < true|null = null|null <= null",
    /* lists */
    "2 in 1,2,3|2 in  1 , 2.0 ,3|2 in ,,2|'b' in a, b ,c|'' in |'' in a, ,b|'2' in 1,2",
    "'a b' in x, a b |null in 1,null|false in 1,false|1e1 in 1,10.0,100,7,a,8,9,11,12,-1",
    "'7' in 1,10.0,100,7,a,8,9,11,12,-1",
    /* parts of texts */
    "'Aimlab' contains LAB|'Aimlab' contains |'aab' contains ab|'aAAb' contains aab",
    "'a.b' contains a.b|'a[' contains A[|'\\u004c\\u0041B' contains lab",
    "'AZ' contains az|'az' contains AZ",
    "'Aimlab' startsWith aim|'Aimlab' startsWith |'Aimlab' endsWith LAB|'a\\u0042' endsWith b",
};

static const char *const fail[] = {
    /* numbers */
    "1.1 = 1.1000000000000000001|9007199254740993 = 9007199254740992|5 != 5.0|5 < 5|5 > 5",
    "-5 >= -4",
    /* texts */
    "'abc' = ABC|'a' = |'100' = 1e2|'\\u0061' != a",
    /* others */
    "true = false|null != null",
    /* lists */
    "2 in 20,12|2 in |'b' in a,bc|'' in a,b|true in false,null|[1] in 1,[1]",
    "13 in 1,10.0,100,7,a,8,9,11,12,-1|'10' in 1,10.0,100,7,a,8,9,11,12,-1",
    /* parts of texts */
    "'Aimlab' contains lab |'axb' contains a.b|'x' contains xx|'\\n' contains n",
    "'Aimlab' startsWith im|'Aimlab' startsWith Aimlabs|'Aimlab' endsWith la",
    "100 contains 0|true startsWith t|null endsWith |['a'] contains a",
    /* only ASCII letters have two cases, and not other characters that are 0x20 apart */
    "'\xc3\xa9' contains \xc3\x89|'[' contains {|'@' contains `|'a[' contains a{|'a[' endsWith {",
};

/* Values of different kinds never match, also not for !=. */
TEST(other_kind)
{
	static const char *const values[] = {"1",  "'a'", "true",    "false", "null",
					     "{}", "[]",  "{'a':1}", "[1]"};
	static const char *const asked[] = {"1", "a", "true", "false", "null", ""};
	static const char kind_of_value[] = "ntbbzcccc", kind_of_asked[] = "ntbbzt";
	char row[60];

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		for (size_t k = 0; k < sizeof asked / sizeof asked[0]; k++) {
			/* A number is also compared with text, as text. */
			bool comparable = kind_of_value[i] == kind_of_asked[k] ||
					  (kind_of_value[i] == 't' && kind_of_asked[k] == 'n');
			bool any = false;
			EACH_WORD(name, "= != < <= > >=") {
				snprintf(row, sizeof row, "%s %.2s %s", values[i], name, asked[k]);
				any |= answer_of(row) == VALUE_HOLDS;
			}
			CHECK_ROW(any == comparable, row);
			snprintf(row, sizeof row, "%s != %s", values[i], asked[k]);
			CHECK_ROW((answer_of(row) == VALUE_OTHER_KIND) != comparable, row);
			snprintf(row, sizeof row, "%s in %s", values[i], asked[k]);
			CHECK_ROW(comparable || answer_of(row) != VALUE_HOLDS, row);
		}
}

/* Several values are asked for. */
TEST(alternatives)
{
	static const struct span asked[] = {{"b,c", 3}, {"1", 1}, {"null", 4}, {"", 0}, {"A", 1}};
	static const struct {
		const char *value;
		const char *operation;
		size_t count;
		bool holds;
	} rows[] = {
	    {"'b,c'", "eq", 3, true},
	    {"'b'", "eq", 3, false},
	    {"'b'", "in", 3, true},
	    {"1.0", "eq", 3, true},
	    {"'1'", "eq", 3, true},
	    {"null", "eq", 3, true},
	    {"false", "eq", 3, false},
	    {"''", "eq", 4, true},
	    {"'x1'", "contains", 3, true},
	    {"'xa'", "contains", 3, false},
	    {"'xa'", "contains", 4, true},
	    {"'NULLx'", "startsWith", 3, true},
	    {"'NULLx'", "endsWith", 3, false},
	    {"'xB,C'", "endsWith", 3, true},
	};

	EACH(row, rows)
		CHECK_ROW((answer(span_of(quoted(row->value)), row->operation, asked, row->count) ==
			   VALUE_HOLDS) == row->holds,
			  row->value);
}

/* Whether this place is near the border of two blocks. */
static bool near(size_t at)
{
	return (at + 40) % VALUE_BLOCK_BYTES < 80;
}

/* Texts of several blocks: a part is found wherever it stands, also across two blocks. */
TEST(blocks)
{
	enum { LENGTH = 3 * VALUE_BLOCK_BYTES, PART = 100 };
	char *text = malloc(LENGTH + 1);
	struct span part = {"PART-", 5};
	struct value_test test;
	char longer[VALUE_PART_MAX_BYTES];

	CHECK(value_test_init(&test, value_operator_find(span_of("contains")), &part, 1));
	for (size_t at = 0; at + part.len <= LENGTH; at += near(at) ? 1 : VALUE_BLOCK_BYTES - 80) {
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
	CHECK(value_test_init(&test, value_operator_find(span_of("contains")), &part, 1));
	memset(text, '-', LENGTH);
	CHECK(!value_text_contains(&test, (struct span){text, LENGTH}, &scratch));
	text[LENGTH - 1] = 'X';
	CHECK(value_text_contains(&test, (struct span){text, LENGTH}, &scratch));
	value_test_free(&test);
	free(text);
}

/* The count depends on the texts alone; when it is spent, nothing holds any more. */
TEST(spent)
{
	static struct value_scratch little;
	struct span part = {"a", 1};
	struct value_test test;

	CHECK(value_test_init(&test, value_operator_find(span_of("contains")), &part, 1));
	little.left = 22;
	CHECK(value_text_contains(&test, span_of("xxxxxxxxxa"), &little) && little.left == 11);
	CHECK(value_text_contains(&test, span_of("xxxxxxxxxa"), &little) && little.left == 0);
	CHECK(!little.spent);
	CHECK(!value_text_contains(&test, span_of("xxxxxxxxxa"), &little) && little.spent);
	value_test_free(&test);
}

TEST(rows)
{
	EACH(list, hold)
		EACH_ITEM(row, *list, '|')
			CHECK_ROW(answer_of(row) == VALUE_HOLDS, row);
	EACH(list, fail)
		EACH_ITEM(row, *list, '|')
			CHECK_ROW(answer_of(row) != VALUE_HOLDS, row);
	CHECK(!scratch.decoded.failed);
	value_scratch_free(&scratch);
}
