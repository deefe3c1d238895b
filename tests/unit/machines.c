/* machines: which records are in the reply, in which order, and that their bytes are unchanged. */
#include "data/machines.h"
#include "check.h"
#include "folder.h"

#define REST  "\"cpus\":1,\"mem\":2,\"status\":\"s\",\"GPU\":\"g\",\"ip\":\"i\""
#define M(id) "{\"id\":" id "," REST "}"

static struct machines m;

static void load(const char *text)
{
	folder_replace("machines.json", text);
	CHECK_ROW(records_refresh(&m.records), text);
}

/* What a user sees who may see these ids. NULL: all. The caller frees it. */
static struct text written(const char *ids)
{
	struct text out = {0};
	struct grant grant = {.of_user = {ids, ids ? strlen(ids) : 0}};

	CHECK(machines_write(&m, grant, &out));
	return out;
}

static void check_written(const char *ids, const char *want)
{
	struct text out = written(ids);

	CHECK_BYTES(out.at, out.len, want, ids);
	text_free(&out);
}

TEST(begin)
{
	folder_make();
	folder_log();
	CHECK(machines_open(&m, folder, true));
}

/* The bytes of each record stay, and so does their order. */
TEST(bytes)
{
	static const char *const odd[] = {
	    M("100"),
	    M("9007199254740993"),
	    M("1e999"),
	    M("-0.0"),
	    M("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
	    "{ \"GPU\" : \"\\u00e9\\/\xc3\xa9\\ud83d\\udda5\" ,\t\"id\":1.10, "
	    "\"cpus\":1E+2,\"mem\":0e0,\"status\":\"\",\"ip\":\"\",\"x\":[ { } , null ] }",
	    "{\"x\":1e999,\"x\":\"twice is the owner's\",\"id\":1," REST "}",
	};
	char text[4000] = "\n[", want[4000] = "[";

	EACH(record, odd) {
		char file[1000], reply[1000];
		snprintf(file, sizeof file, "[ %s\n]", *record);
		snprintf(reply, sizeof reply, "[%s]", *record);
		load(file);
		check_written(NULL, reply);
		sprintf(text + strlen(text), "%s\n\t%s", record > odd ? " ," : "", *record);
		sprintf(want + strlen(want), "%s%s", record > odd ? "," : "", *record);
	}
	load(strcat(text, " ]\n"));
	check_written(NULL, strcat(want, "]"));
}

/* The ids of the machines that a user with this list sees. */
static void show(FILE *out, const char *ids)
{
	struct text got = written(quoted(ids));
	const char *at = got.at, *end = at + got.len;

	while ((at = memmem(at, (size_t)(end - at), "{\"id\":", 6)) != NULL) {
		at += 6;
		fprintf(out, " %.*s", (int)strcspn(at, ","), at);
	}
	text_free(&got);
}

static check_pair lists[] = {
    {" 100", "[100] \n[\n100\n] [100,999] [1e2]"},
    {" 200", "[200] ['100',200,null]"},
    {" 100 200", "[200,100] [100.0,2E+2,100]"},
    {" 100 300", "[300,100,300,100]"},
    {" 300", "[300,"},
    {" 5 5", "[5]"},
    {" -1", "[-1]"},
    {" 9007199254740993", "[9007199254740993] [9007199254740993.0]"},
    {"", "[] [999] [10,1000] ['100'] [0100] [100.00000000000000000001] [-100] [9007199254740992]"},
    {"", "[null,true,{'id':100},[100]]"},
};

TEST(ids)
{
	load("[" M("100") "," M("200") "," M("300") "," M("9007199254740993") "," M("5") "," M(
	    "5") "," M("-1") "]");
	for (int round = 0; round < 2; round++) /* without and with the index */
		CHECK_WORDS(lists, show);
	check_written("", "[]");
	load("[]");
	check_written(NULL, "[]");
	check_written("[100]", "[]");
	load("{}");
	check_written(NULL, "[]");
}

TEST(rules)
{
	static const char *const fields[] = {"id", "cpus", "mem", "status", "GPU", "ip"};
	static const char *const good[] = {"1", "1", "1", "\"\"", "\"\"", "\"\""};
	static const char *const values[] = {NULL, "1", "\"\"", "null", "true", "[]", "{}"};
	char text[400];

	for (size_t i = 0; i < 6; i++)
		EACH(value, values) {
			size_t len = (size_t)sprintf(text, "[" M("100") ",{\"x\":1");
			for (size_t n = 0; n < 6; n++)
				if (n != i || *value != NULL)
					len += (size_t)sprintf(text + len, ",\"%s\":%s", fields[n],
							       n == i ? *value : good[n]);
			strcpy(text + len, "}]");
			load(text);
			bool fits = *value != NULL && **value == *good[i];
			CHECK_ROW(m.records.table.count == (fits ? 2 : 1) &&
				      m.records.table.skipped == (fits ? 0 : 1),
				  text);
			const char *log = folder_logged();
			char field[40];
			snprintf(field, sizeof field, "index=\"1\" field=\"%s\"", fields[i]);
			CHECK_ROW(fits ? *log == '\0' : strstr(log, field) != NULL, log);
		}
}

/* A long list of ids, and many machines. */
TEST(many)
{
	enum { COUNT = 5000 };
	char *text, *ids, *want;
	size_t len;
	FILE *file = open_memstream(&text, &len), *list = open_memstream(&ids, &len),
	     *reply = open_memstream(&want, &len);

	for (int i = COUNT; i > 0; i--) {
		fprintf(file, "%c{\"id\":%d," REST "}", i == COUNT ? '[' : ',', i);
		if (i % 3 == 0)
			fprintf(reply, "%c{\"id\":%d," REST "}", i > COUNT - 3 ? '[' : ',', i);
		if (i % 3 == 0)
			fprintf(list, "%c%d", i > COUNT - 3 ? '[' : ',', COUNT / 3 * 3 + 3 - i);
	}
	fputs("]", file);
	fputs("]", list);
	fputs("]", reply);
	fclose(file);
	fclose(list);
	fclose(reply);
	load(text);
	check_written(ids, want);
	check_written(ids, want);
	free(text);
	free(ids);
	free(want);
}

TEST(end)
{
	records_close(&m.records);
}
