/* machines: which records are in the reply, in which order, and that their bytes are unchanged. */
#include "data/machines.h"
#include "check.h"
#include "folder.h"

#include <string.h>

#define REST  "\"cpus\":1,\"mem\":2,\"status\":\"s\",\"GPU\":\"g\",\"ip\":\"i\""
#define M(id) "{\"id\":" id "," REST "}"

static void load(struct machines *m, const char *text)
{
	folder_replace("machines.json", text);
	CHECK_ROW(records_refresh(&m->records), text);
}

static bool writes(struct machines *m, const char *ids, const char *want)
{
	struct text out = {0};
	struct grant grant = {.of_user = {ids, ids ? strlen(ids) : 0}};

	bool same = machines_write(m, grant, &out) && out.len == strlen(want) &&
		    memcmp(out.at, want, out.len) == 0;
	if (!same)
		printf("got %.*s\n", (int)out.len, out.at);
	text_free(&out);
	return same;
}

static void test_bytes(struct machines *m)
{
	static const char *const odd[] = {
	    M("100"),
	    M("9007199254740993"),
	    M("1e999"),
	    M("-0.0"),
	    M("123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
	      "567890"),
	    "{ \"GPU\" : \"\\u00e9\\/\xc3\xa9\\ud83d\\udda5\" ,\t\"id\":1.10, "
	    "\"cpus\":1E+2,\"mem\":0e0,\"status\":\"\",\"ip\":\"\",\"x\":[ { } , null ] }",
	    "{\"x\":1e999,\"x\":\"twice is the owner's\",\"id\":1," REST "}",
	};
	char text[4000] = "[", want[4000] = "[";

	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		char one[1000];
		snprintf(one, sizeof one, " %s\n", odd[i]);
		load(m, (snprintf(text, sizeof text, "[%s]", one), text));
		snprintf(want, sizeof want, "[%s]", odd[i]);
		CHECK_ROW(writes(m, NULL, want), odd[i]);
	}
	/* All records together, in the order of the file. */
	size_t text_len = (size_t)sprintf(text, "\n["), want_len = (size_t)sprintf(want, "[");
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		text_len += (size_t)sprintf(text + text_len, "%s\n\t%s", i ? " ," : "", odd[i]);
		want_len += (size_t)sprintf(want + want_len, "%s%s", i ? "," : "", odd[i]);
	}
	strcpy(text + text_len, " ]\n");
	strcpy(want + want_len, "]");
	load(m, text);
	CHECK(writes(m, NULL, want));
}

static void test_ids(struct machines *m)
{
	static const char *const lists[][2] = {
	    {"[]", "[]"},
	    {"[100]", "[" M("100") "]"},
	    {"[ 100 ]", "[" M("100") "]"},
	    {"[200,100]", "[" M("100") "," M("200") "]"},
	    {"[300,100,300,100]", "[" M("100") "," M("300") "]"},
	    {"[100,999]", "[" M("100") "]"},
	    {"[999]", "[]"},
	    {"[10,1000,0100]", "[]"},
	    {"[\"100\"]", "[]"},
	    {"[1e2]", "[" M("100") "]"},
	    {"[100.0,2E+2,100]", "[" M("100") "," M("200") "]"},
	    {"[100.00000000000000000001]", "[]"},
	    {"[9007199254740993.0]", "[" M("9007199254740993") "]"},
	    {"[-100]", "[]"},
	    {"[null,true,{\"id\":100},[100]]", "[]"},
	    {"[\"100\",200,null]", "[" M("200") "]"},
	    {"[9007199254740993]", "[" M("9007199254740993") "]"},
	    {"[9007199254740992]", "[]"},
	    {"[5]", "[" M("5") "," M("5") "]"},
	    {"[-1]", "[" M("-1") "]"},
	};

	load(m, "[" M("100") "," M("200") "," M("300") "," M("9007199254740993") "," M("5") "," M(
		    "5") "," M("-1") "]");
	for (int round = 0; round < 2; round++) /* without and with the index */
		for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
			if (lists[i][0][1] !=
			    '0') /* a list with 0100 is not JSON, and shows nothing */
				CHECK_ROW(writes(m, lists[i][0], lists[i][1]), lists[i][0]);
	CHECK(writes(m, "[0100]", "[]"));
	CHECK(writes(m, "[300,", "[" M("300") "]"));
	CHECK(writes(m, "", "[]"));
	load(m, "[]");
	CHECK(writes(m, NULL, "[]") && writes(m, "[100]", "[]"));
	load(m, "{}");
	CHECK(writes(m, NULL, "[]"));
}

static void test_rules(struct machines *m)
{
	static const char *const fields[] = {"id", "cpus", "mem", "status", "GPU", "ip"};
	static const char *const good[] = {"1", "1", "1", "\"\"", "\"\"", "\"\""};
	static const char *const values[] = {NULL, "1", "\"\"", "null", "true", "[]", "{}"};
	char text[400];

	for (size_t i = 0; i < 6; i++)
		for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
			size_t len = (size_t)sprintf(text, "[" M("100") ",{\"x\":1");
			for (size_t n = 0; n < 6; n++)
				if (n != i || values[k] != NULL)
					len += (size_t)sprintf(text + len, ",\"%s\":%s", fields[n],
							       n == i ? values[k] : good[n]);
			strcpy(text + len, "}]");
			load(m, text);
			bool fits =
			    values[k] != NULL && (i < 3 ? *values[k] == '1' : *values[k] == '"');
			CHECK_ROW(m->records.table.count == (fits ? 2 : 1) &&
				      m->records.table.skipped == (fits ? 0 : 1),
				  text);
			const char *log = folder_logged();
			char field[40];
			snprintf(field, sizeof field, "index=\"1\" field=\"%s\"", fields[i]);
			CHECK_ROW(fits ? *log == '\0' : strstr(log, field) != NULL, log);
		}
}

/* A list of ids, with many machines. */
static void test_many(struct machines *m)
{
	enum { COUNT = 5000 };
	char *text = malloc(COUNT * 100), *ids = malloc(COUNT * 10), *want = malloc(COUNT * 100);
	size_t text_len = (size_t)sprintf(text, "["), ids_len = (size_t)sprintf(ids, "["),
	       want_len = (size_t)sprintf(want, "[");

	for (int i = 0; i < COUNT; i++)
		text_len += (size_t)sprintf(text + text_len, "%s{\"id\":%d," REST "}", i ? "," : "",
					    COUNT - i);
	for (int i = 3; i <= COUNT; i += 3)
		ids_len += (size_t)sprintf(ids + ids_len, "%s%d", i > 3 ? "," : "", i);
	for (int i = COUNT; i > 0; i--)
		if (i % 3 == 0)
			want_len += (size_t)sprintf(want + want_len, "%s{\"id\":%d," REST "}",
						    want_len > 1 ? "," : "", i);
	strcpy(text + text_len, "]");
	strcpy(ids + ids_len, "]");
	strcpy(want + want_len, "]");
	load(m, text);
	CHECK(writes(m, ids, want));
	CHECK(writes(m, ids, want));
	free(text);
	free(ids);
	free(want);
}

int main(void)
{
	struct machines m;

	folder_make();
	folder_log();
	CHECK(machines_open(&m, folder, true));
	test_bytes(&m);
	test_ids(&m);
	test_rules(&m);
	test_many(&m);
	records_close(&m.records);
	return check_done();
}
