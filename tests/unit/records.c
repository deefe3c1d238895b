/* records: a data file and its versions. */
#include "data/records.h"
#include "check.h"
#include "folder.h"

#include <string.h>
#include <time.h>

static const struct table_kind kind = {
    .name = "things",
    .file_name = "users.json",
    .fields = {JSON_FIELD("key", JSON_STRING), JSON_FIELD("n", JSON_NUMBER),
	       JSON_FIELD("on", JSON_BOOL)},
    .count = 3,
    .required = 2,
};

static const char *rest; /* what the file has after the module's next pause */

/* Takes the place of libc's: the module waits with it before it reads a file again. */
int nanosleep(const struct timespec *time, struct timespec *left)
{
	if (rest != NULL)
		folder_write("users.json", rest);
	rest = NULL;
	return clock_nanosleep(CLOCK_MONOTONIC, 0, time, left);
}

/* Waits until the version is old enough to be told from every later one. */
static void settle(struct records *r)
{
	while (records_refresh(r) && !r->settled)
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	CHECK(r->settled);
}

static size_t find(struct records *r, const char *key)
{
	return table_find(&r->table, span_of(key));
}

static bool fault_is(const struct records *r, const char *begin)
{
	return r->fault != NULL && strncmp(r->fault, begin, strlen(begin)) == 0;
}

static void begin(struct records *r, const char *text)
{
	folder_write("users.json", quoted(text));
	CHECK(records_open(r, &kind, folder, true));
}

/* How the module reads a whole file. count: of its records; -1: it is invalid. */
static void check_file(const char *text, int count)
{
	struct records r;
	bool good = count >= 0;
	/* With a good version to continue with, the module does not wait for a bad file to become
	 * good. An empty file has none here. */
	bool before = !good && text[0] != '\0';

	begin(&r, before ? "[]" : text);
	if (before) {
		CHECK(records_refresh(&r));
		folder_write("users.json", quoted(text));
	}
	CHECK_ROW(records_refresh(&r) == (good || before), text);
	CHECK_ROW(good ? r.fault == NULL : fault_is(&r, "invalid: "), text);
	CHECK_ROW(r.table.count == (size_t)(good ? count : 0) && r.table.skipped == 0, text);
	/* A fault is logged once, with the name of the file and without its path. */
	const char *log = folder_logged(), *line = strstr(log, "users.json");
	CHECK_ROW(good ? *log == '\0' : line != NULL && strstr(line + 1, "users.json") == NULL,
		  log);
	CHECK_ROW(strstr(log, folder) == NULL, log);
	records_close(&r);
}

TEST(begin)
{
	folder_make();
	folder_log();
}

TEST(files)
{
	static const char *const invalid[] = {"", " \n", "[{'key':'a','n':1}] x", " \xef\xbb\xbf[]",
					      "\xef\xbb\xbf"};

	EACH_WORD(text, "[] {} \xef\xbb\xbf[] \n[\n]\n \t{\t}")
		check_file(text, 0);
	check_file("\xef\xbb\xbf {}", 0);
	EACH_WORD(text, "[{'key':'a','n':1}] \xef\xbb\xbf[{'key':'a','n':1}]\n")
		check_file(text, 1);
	check_file("[{'key':'a','n':1},{'n':-1e9,'key':'b','more':[{}]}]", 2);
	EACH(text, invalid)
		check_file(*text, -1);
	EACH_WORD(text, "null 1 '' { [ {}x []{} {}[] {'key':'a','n':1} [{'key':'a','n':1} "
			"[{'key':'a','n':1}]] [{'key':'a','n':1},] [{'key':'a','n':01}] "
			"[{'key':'\xff','n':1}] \xef\xbb\xbf\xef\xbb\xbf[]")
		check_file(text, -1);
}

/* Records that break the rules are left out, and logged by index and field. The others stay. */
TEST(rules)
{
	static const struct {
		const char *record, *field, *reason;
	} rows[] = {
	    {"{'n':1}", "key", "missing"},
	    {"{'key':'x'}", "n", "missing"},
	    {"{'KEY':'x','n':1}", "key", "missing, but a member has nearly this name"},
	    {"{'key':1,'n':1}", "key", "wrong type"},
	    {"{'key':null,'n':1}", "key", "wrong type"},
	    {"{'key':'x','n':'1'}", "n", "wrong type"},
	    {"{'key':'x','n':true}", "n", "wrong type"},
	    {"{'key':'x','n':1,'on':1}", "on", "wrong type"},
	    {"{'key':'x','n':1,'on':null}", "on", "wrong type"},
	    {"{'key':'x','key':'x','n':1}", "key", "appears more than once"},
	    {"{'key':'x','n':1,'n':1}", "n", "appears more than once"},
	    {"{'key':'x','n':1,'on':true,'on':true}", "on", "appears more than once"},
	    {"{'key':'x\\u0000y','n':1}", NULL, "\\x5cu0000"},
	    {"{'key':'x','n':1,'o':'\\ud800'}", NULL, "surrogate"},
	    {"1", NULL, "not an object"},
	    {"null", NULL, "not an object"},
	    {"'x'", NULL, "not an object"},
	    {"[]", NULL, "not an object"},
	    {"[{'key':'x','n':1}]", NULL, "not an object"},
	};

	EACH(row, rows) {
		struct records r;
		char text[300], field[60];
		snprintf(text, sizeof text,
			 "[{'key':'a','n':1},{'key':'b','n':1},%s,{'key':'c','n':1}]", row->record);
		begin(&r, text);
		CHECK_ROW(records_refresh(&r) && r.fault == NULL && r.table.skipped == 1, text);
		CHECK_ROW(r.table.count == 3 && find(&r, "x") == 3 && find(&r, "a") == 0 &&
			      find(&r, "c") == 2,
			  text);
		const char *log = folder_logged();
		snprintf(field, sizeof field, "field=\"%s\"", row->field ? row->field : "");
		CHECK_ROW(strstr(log, "index=\"2\"") != NULL && strstr(log, row->reason) != NULL &&
			      strchr(log, '\n') == log + strlen(log) - 1,
			  log);
		CHECK_ROW(row->field ? strstr(log, field) != NULL : strstr(log, "field=") == NULL,
			  log);
		records_close(&r);
	}
}

/* A file with many records that break the rules does not fill the log. It is taken as empty, and
 * that is a fault: a user who was disabled must not come back with an older version. */
TEST(many_bad)
{
	char *many = malloc(100000), *at = many;
	struct records r;

	for (int i = 0; i < 10000; i++)
		at += sprintf(at, "%s1", i ? "," : "[");
	strcpy(at, "]");
	folder_write("users.json", many);
	records_open(&r, &kind, folder, true);
	CHECK(records_refresh(&r) && r.table.count == 0 && r.table.skipped == 10000);
	CHECK(fault_is(&r, "no usable record: "));
	CHECK(records_refresh(&r) && fault_is(&r, "no usable record: "));
	const char *log = folder_logged();
	CHECK(strlen(log) < 10000 && strstr(log, "fault=\"no usable record\"") != NULL);
	/* All faults of a record are said at once. */
	folder_replace("users.json", quoted("[{'key':1,'on':1,'o':'\\u0000'},{'key':'a','n':1}]"));
	CHECK(records_refresh(&r) && r.fault == NULL && r.table.count == 1 && r.table.skipped == 1);
	log = folder_logged();
	CHECK_ROW(strstr(log, "field=\"key\"") && strstr(log, "field=\"n\"") &&
		      strstr(log, "field=\"on\"") && strstr(log, "surrogate"),
		  log);
	records_close(&r);
	free(many);
}

/* --- finding ---------------------------------------------------------------------------------- */

enum { MANY = 3000 };

/* The number in the key of a record. Every third key occurred before. */
static int number_at(int i)
{
	return i % 3 == 2 ? i / 2 : i;
}

static bool with_index;

/* The index is made at the second search. */
static size_t look_up(struct records *r, struct span key)
{
	if (!with_index)
		r->table.lookups = 0;
	size_t place = table_find(&r->table, key);
	CHECK(with_index == (r->table.index != NULL));
	return place;
}

/* The number of records with this key. *last: whether the last record is one of them. */
static unsigned count_found(struct records *r, const char *key, bool *last)
{
	struct table_search s;
	unsigned count = 0;
	size_t i;

	*last = false;
	table_search(&s, &r->table, span_of(key));
	for (; (i = table_next(&s)) < r->table.count; count++)
		*last = *last || i == r->table.count - 1;
	return count;
}

/* The first of equal keys is found, escapes are decoded, and names match exactly. */
static void check_find(struct records *r)
{
	char key[40];
	bool last;
	unsigned same = 1; /* the last record */

	CHECK(look_up(r, span_of("")) == 0);
	for (int i = 1; i < MANY; i++) {
		int first = 1;
		while (first < MANY && number_at(first) != i)
			first++;
		snprintf(key, sizeof key, "k%d", i);
		CHECK_ROW(look_up(r, span_of(key)) == (size_t)(first < MANY ? first : MANY + 2),
			  key);
		same += number_at(i) == 1;
	}
	EACH_WORD(none, "k k00001 K5 5 \\u006b6 zzz k999999")
		CHECK_ROW(look_up(r, span_of(none)) == r->table.count, none);
	CHECK(look_up(r, span_of("k5 ")) == r->table.count);
	CHECK(look_up(r, span_of("a/\n\xc3\xa9\xf0\x9f\x96\xa5")) == MANY);
	/* Only len bytes of the key count. */
	CHECK(look_up(r, (struct span){"k1x", 2}) == 1);
	if (!with_index)
		r->table.lookups = 0;
	CHECK(count_found(r, "k1", &last) == same && last);
	CHECK(count_found(r, "none", &last) == 0);
}

TEST(find)
{
	char *text = malloc(MANY * 60), *at = text;
	struct records r;

	at += sprintf(at, "[{\"key\":\"\",\"n\":0}");
	for (int i = 1; i < MANY; i++)
		at += sprintf(at, ", {\"n\" :1,\"key\":\"%s%d\"}", i % 7 == 6 ? "\\u006b" : "k",
			      number_at(i));
	strcpy(at, quoted(",{'key':'a\\/\\n\\u00e9\\ud83d\\udda5','n':1},{'key':'k1','n':2}]"));
	folder_write("users.json", text);
	for (int turn = 0; turn < 2; turn++) {
		records_open(&r, &kind, folder, true);
		CHECK(records_refresh(&r) && r.table.count == MANY + 2);
		with_index = turn == 1;
		if (with_index)
			find(&r, "k5");
		check_find(&r);
		records_close(&r);
	}

	/* A key that is longer than any that is looked up does not disturb the others. */
	sprintf(text, "[{\"key\":\"\\u0061%03000d\",\"n\":1},{\"key\":\"b\",\"n\":1}]", 0);
	folder_write("users.json", text);
	records_open(&r, &kind, folder, true);
	CHECK(records_refresh(&r));
	for (int i = 0; i < 3; i++)
		CHECK(find(&r, "b") == 1 && find(&r, "a") == 2);
	records_close(&r);
	free(text);
	folder_logged();
}

/* --- versions --------------------------------------------------------------------------------- */

TEST(versions)
{
	struct records r;
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	begin(&r, "[ {'key':'a' , 'n':1.10} ]");
	CHECK(records_refresh(&r) && r.table.count == 1);
	clock_gettime(CLOCK_MONOTONIC, &after);
	CHECK_BYTES(table_text(&r.table, 0).at, table_text(&r.table, 0).len,
		    quoted("{'key':'a' , 'n':1.10}"), "the bytes of a record");
	/* A version this young cannot be told from the next one, so the module must read it again.
	 * The assertion is skipped if this machine was too busy. */
	if ((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 < 20)
		CHECK(!r.settled);

	/* If the file is unchanged the version is the same, as soon as it is old enough to be told
	 * from a later one. */
	settle(&r);
	unsigned generation = r.generation;
	const char *text = r.table.text;
	for (int i = 0; i < 5; i++)
		CHECK(records_refresh(&r) && r.generation == generation && r.table.text == text);

	/* It is replaced by a file of the same length. */
	folder_replace("users.json", quoted("[ {'key':'b' , 'n':1.10} ]"));
	CHECK(records_refresh(&r) && r.generation > generation && find(&r, "b") == 0 &&
	      find(&r, "a") == 1);

	/* It is rewritten in place many times within one tick of the clock, always with the same
	 * length. The last version is seen. */
	for (int i = 0; i < 200; i++) {
		char now[40], key[2] = {(char)('a' + i % 26), '\0'};
		snprintf(now, sizeof now, "[ {\"key\":\"%s\" , \"n\":1.10} ]", key);
		folder_write("users.json", now);
		CHECK(records_refresh(&r) && find(&r, key) == 0);
	}

	/* The index and the counters belong to the version from which they were made. */
	find(&r, "x");
	find(&r, "x");
	CHECK(r.table.index != NULL);
	folder_replace("users.json", quoted("[{'key':'p','n':1},{'key':'q','n':1},3]"));
	CHECK(records_refresh(&r) && r.table.count == 2 && r.table.skipped == 1 &&
	      find(&r, "q") == 1 && find(&r, "q") == 1);

	/* A time stamp that was set back does not hide a change. */
	settle(&r);
	struct stat st;
	stat(folder_path("users.json"), &st);
	folder_write("users.json", quoted("[{'key':'P','n':1},{'key':'q','n':1},3]"));
	utimensat(AT_FDCWD, folder_path("users.json"), (struct timespec[]){st.st_atim, st.st_mtim},
		  0);
	CHECK(records_refresh(&r) && find(&r, "P") == 0);

	/* The file becomes invalid: the last good version stays, and the fault is reported. The
	 * file is not read again at every request. */
	folder_logged();
	folder_replace("users.json", "[{\"key\":\"R\"");
	CHECK(records_refresh(&r) && fault_is(&r, "invalid: ") && find(&r, "P") == 0);
	settle(&r);
	folder_logged();
	CHECK(records_refresh(&r) && r.fault != NULL && *folder_logged() == '\0');
	/* The file is removed, and comes back. */
	unlink(folder_path("users.json"));
	CHECK(records_refresh(&r) && fault_is(&r, "unreadable: ") && find(&r, "P") == 0);
	folder_replace("users.json", quoted("[{'key':'S','n':1}]"));
	CHECK(records_refresh(&r) && r.fault == NULL && find(&r, "S") == 0 && find(&r, "P") == 1);
	records_close(&r);
	folder_logged();
}

/* Faults when there is no good version. (datafile.c has the kinds of faults.) */
TEST(faults)
{
	struct records r;
	char path[2000];

	unlink(folder_path("users.json"));
	records_open(&r, &kind, folder, true);
	CHECK(!records_refresh(&r) && fault_is(&r, "unreadable: "));
	CHECK(r.table.count == 0 && find(&r, "a") == 0);
	folder_write("users.json", quoted("[{'key':'a','n':1}]"));
	CHECK(records_refresh(&r) && r.fault == NULL);
	records_close(&r);

	memset(path, 'p', sizeof path);
	path[sizeof path - 1] = '\0';
	CHECK(!records_open(&r, &kind, path, true));
	folder_logged();
}

/* The file is half-written, or emptied, and its writer goes on while the module waits. */
TEST(half_written)
{
	static const char *const rows[] = {"[{'key':'a',", ""};

	EACH(row, rows) {
		struct records r;
		begin(&r, *row);
		rest = "[{\"key\":\"a\",\"n\":1}]";
		CHECK(records_refresh(&r) && r.fault == NULL && find(&r, "a") == 0);
		CHECK(rest == NULL && *folder_logged() == '\0');
		records_close(&r);
	}
}
