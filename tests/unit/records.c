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

static bool text_is(const struct records *r, size_t i, const char *text)
{
	struct span record = table_text(&r->table, i);

	return record.len == strlen(text) && memcmp(record.at, text, record.len) == 0;
}

static size_t find(struct records *r, const char *key)
{
	return table_find(&r->table, span_of(key));
}

static bool fault_is(const struct records *r, const char *begin)
{
	return strncmp(r->fault, begin, strlen(begin)) == 0;
}

/* How the module reads the whole file. */
static void test_files(void)
{
	static const struct {
		const char *text;
		bool good;
		size_t count, skipped;
	} rows[] = {
	    {"[]", true, 0, 0},
	    {" [ ] \n", true, 0, 0},
	    {"{}", true, 0, 0},
	    {" { } ", true, 0, 0},
	    {"[{\"key\":\"a\",\"n\":1}]", true, 1, 0},
	    {"[{\"key\":\"a\",\"n\":1},{\"n\":-1e9,\"key\":\"b\",\"more\":[{}]}]", true, 2, 0},
	    {"", false, 0, 0},
	    {" \n", false, 0, 0},
	    {"null", false, 0, 0},
	    {"1", false, 0, 0},
	    {"\"\"", false, 0, 0},
	    {"{\"key\":\"a\",\"n\":1}", false, 0, 0},
	    {"{}x", false, 0, 0},
	    {"{", false, 0, 0},
	    {"[", false, 0, 0},
	    {"[{\"key\":\"a\",\"n\":1}", false, 0, 0},
	    {"[{\"key\":\"a\",\"n\":1}]]", false, 0, 0},
	    {"[{\"key\":\"a\",\"n\":1},]", false, 0, 0},
	    {"[{\"key\":\"a\",\"n\":01}]", false, 0, 0},
	    {"[{\"key\":\"a\",\"n\":1}] x", false, 0, 0},
	    {"\xef\xbb\xbf[]", true, 0, 0},
	    {"\xef\xbb\xbf {}", true, 0, 0},
	    {"\xef\xbb\xbf[{\"key\":\"a\",\"n\":1}]\n", true, 1, 0},
	    {"\xef\xbb\xbf\xef\xbb\xbf[]", false, 0, 0},
	    {" \xef\xbb\xbf[]", false, 0, 0},
	    {"\xef\xbb\xbf", false, 0, 0},
	    {"[{\"key\":\"\xff\",\"n\":1}]", false, 0, 0},
	    {"[]{}", false, 0, 0},
	    {"{}[]", false, 0, 0},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct records r;
		folder_write("users.json", rows[i].text);
		CHECK(records_open(&r, &kind, folder, true));
		/* If there is a good version to continue with, the module does not wait for a bad
		 * file to become good. The rows with an empty text have no good version. */
		bool before = !rows[i].good && rows[i].text[0] != '\0';
		if (before) {
			folder_write("users.json", "[]");
			CHECK(records_refresh(&r));
			folder_write("users.json", rows[i].text);
		}
		bool usable = records_refresh(&r), good = r.fault == NULL;
		CHECK_ROW(good == rows[i].good && usable == (good || before), rows[i].text);
		CHECK_ROW(good
			      ? r.table.count == rows[i].count && r.table.skipped == rows[i].skipped
			      : fault_is(&r, "invalid: "),
			  rows[i].text);
		/* A fault is logged once, with the name of the file and without its path. */
		const char *log = folder_logged(), *line = strstr(log, "users.json");
		CHECK_ROW(good ? *log == '\0'
			       : line != NULL && strstr(line + 1, "users.json") == NULL,
			  log);
		CHECK_ROW(strstr(log, folder) == NULL, log);
		records_close(&r);
	}
}

/* Records that break the rules are left out, and logged by index and field. The others stay. */
static void test_rules(void)
{
	static const struct {
		const char *record, *field, *reason;
	} rows[] = {
	    {"{\"n\":1}", "key", "missing"},
	    {"{\"key\":\"x\"}", "n", "missing"},
	    {"{\"KEY\":\"x\",\"n\":1}", "key", "missing, but a member has nearly this name"},
	    {"{\"Key\":\"x\",\"n\":1}", "key", "missing"},
	    {"{\"key\":1,\"n\":1}", "key", "wrong type"},
	    {"{\"key\":null,\"n\":1}", "key", "wrong type"},
	    {"{\"key\":\"x\",\"n\":\"1\"}", "n", "wrong type"},
	    {"{\"key\":\"x\",\"n\":true}", "n", "wrong type"},
	    {"{\"key\":\"x\",\"n\":1,\"on\":1}", "on", "wrong type"},
	    {"{\"key\":\"x\",\"n\":1,\"on\":null}", "on", "wrong type"},
	    {"{\"key\":\"x\",\"key\":\"x\",\"n\":1}", "key", "appears more than once"},
	    {"{\"key\":\"x\",\"n\":1,\"n\":1}", "n", "appears more than once"},
	    {"{\"key\":\"x\",\"n\":1,\"on\":true,\"on\":true}", "on", "appears more than once"},
	    {"{\"key\":\"x\\u0000y\",\"n\":1}", "", "\\x5cu0000"},
	    {"{\"key\":\"x\",\"n\":1,\"o\":\"\\ud800\"}", "", "surrogate"},
	    {"1", "", "not an object"},
	    {"null", "", "not an object"},
	    {"\"x\"", "", "not an object"},
	    {"[]", "", "not an object"},
	    {"[{\"key\":\"x\",\"n\":1}]", "", "not an object"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct records r;
		char text[300], field[60];
		snprintf(
		    text, sizeof text,
		    "[{\"key\":\"a\",\"n\":1},{\"key\":\"b\",\"n\":1},%s,{\"key\":\"c\",\"n\":1}]",
		    rows[i].record);
		folder_write("users.json", text);
		records_open(&r, &kind, folder, true);
		CHECK_ROW(records_refresh(&r) && r.fault == NULL && r.table.count == 3 &&
			      r.table.skipped == 1,
			  rows[i].record);
		CHECK_ROW(find(&r, "x") == 3 && find(&r, "a") == 0 && find(&r, "c") == 2,
			  rows[i].record);
		const char *log = folder_logged();
		snprintf(field, sizeof field, "field=\"%s\"", rows[i].field);
		CHECK_ROW(strstr(log, "index=\"2\"") != NULL, log);
		CHECK_ROW(rows[i].field[0] ? strstr(log, field) != NULL
					   : strstr(log, "field=") == NULL,
			  log);
		CHECK_ROW(strstr(log, rows[i].reason) != NULL &&
			      strchr(log, '\n') == log + strlen(log) - 1,
			  log);
		records_close(&r);
	}

	/* A file with many such records does not fill the log. */
	char *many = malloc(100000), *at = many;
	for (int i = 0; i < 10000; i++)
		at += sprintf(at, "%s1", i ? "," : "[");
	strcpy(at, "]");
	folder_write("users.json", many);
	struct records r;
	records_open(&r, &kind, folder, true);
	CHECK(records_refresh(&r) && r.table.count == 0 && r.table.skipped == 10000);
	/* The file is taken as empty, and that is a fault: a user who was disabled must not come
	 * back with an older version. */
	CHECK(fault_is(&r, "no usable record: "));
	CHECK(records_refresh(&r) && fault_is(&r, "no usable record: "));
	const char *log = folder_logged();
	CHECK(strlen(log) < 10000 && strstr(log, "fault=\"no usable record\"") != NULL);
	/* All faults of a record are said at once. */
	folder_replace("users.json",
		       "[{\"key\":1,\"on\":1,\"o\":\"\\u0000\"},{\"key\":\"a\",\"n\":1}]");
	CHECK(records_refresh(&r) && r.fault == NULL && r.table.count == 1 && r.table.skipped == 1);
	log = folder_logged();
	CHECK_ROW(strstr(log, "field=\"key\"") && strstr(log, "field=\"n\"") &&
		      strstr(log, "field=\"on\"") && strstr(log, "surrogate"),
		  log);
	records_close(&r);
	free(many);
}

enum { MANY = 3000 };

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

/* Finding without the index and with it: the first of equal keys is found, escapes are decoded, and
 * names match exactly. */
static void test_find(void)
{
	static const char *const spellings[] = {"k%d", "\\u006b%d", "k\\u00%02d", "K%d"};
	char *text = malloc(MANY * 60), *at = text, key[40];

	at += sprintf(at, "[{\"key\":\"\",\"n\":0}");
	for (int i = 1; i < MANY; i++) {
		at += sprintf(at, ", {\"n\" :1,\"key\":\"");
		/* Every third key occurred before. */
		at += sprintf(at, i % 7 == 6 ? spellings[1] : spellings[0], i % 3 == 2 ? i / 2 : i);
		at += sprintf(at, "\"}");
	}
	strcpy(at, ",{\"key\":\"a\\/\\n\\u00e9\\ud83d\\udda5\",\"n\":1},{\"key\":\"k1\",\"n\":2}]");
	folder_write("users.json", text);

	for (int with_index = 0; with_index < 2; with_index++) {
		struct records r;
		records_open(&r, &kind, folder, true);
		CHECK(records_refresh(&r) && r.table.count == MANY + 2);
		if (with_index) {
			find(&r, "k5");
			find(&r, "k5");
			CHECK(r.table.index != NULL);
		}
		for (int i = 0; i < MANY; i++) {
			/* The first record with this key is found by looking at all. */
			int first = MANY + 2;
			if (i == 0)
				first = 0;
			for (int k = 1; i > 0 && k < MANY && first > MANY; k++)
				if ((k % 3 == 2 ? k / 2 : k) == i)
					first = k;
			snprintf(key, sizeof key, "%.*s%.0d", i != 0, "k", i);
			if (!with_index)
				r.table.lookups = 0;
			CHECK_ROW(find(&r, key) == (size_t)first, key);
			CHECK(with_index == (r.table.index != NULL));
		}
		static const char *const none[] = {"k",   "k00001",   "K5",  "5",
						   "k5 ", "\\u006b6", "zzz", "k999999"};
		for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
			if (!with_index)
				r.table.lookups = 0;
			CHECK_ROW(find(&r, none[i]) == r.table.count, none[i]);
		}
		if (!with_index)
			r.table.lookups = 0;
		CHECK(find(&r, "a/\n\xc3\xa9\xf0\x9f\x96\xa5") == MANY);
		/* Only len bytes of the key count. */
		if (!with_index)
			r.table.lookups = 0;
		CHECK(table_find(&r.table, (struct span){"k1x", 2}) == 1);

		/* All records have the same key. */
		if (!with_index)
			r.table.lookups = 0;
		bool last;
		unsigned have = count_found(&r, "k1", &last), want = 0;
		for (unsigned k = 1; k < MANY; k++)
			want += (k % 3 == 2 ? k / 2 : k) == 1;
		CHECK(have == want + 1 && last);
		CHECK(count_found(&r, "none", &last) == 0);
		records_close(&r);
	}
	free(text);
	folder_logged();

	/* A key that is longer than any that is looked up does not disturb the others. */
	struct records r;
	char *longest = malloc(5000);
	int len = sprintf(longest, "[{\"key\":\"\\u0061");
	memset(longest + len, 'a', 3000);
	strcpy(longest + len + 3000, "\",\"n\":1},{\"key\":\"b\",\"n\":1}]");
	folder_write("users.json", longest);
	records_open(&r, &kind, folder, true);
	CHECK(records_refresh(&r) && find(&r, "b") == 1 && find(&r, "b") == 1 &&
	      find(&r, "b") == 1 && find(&r, "a") == 2);
	records_close(&r);
	free(longest);
}

static void test_versions(void)
{
	struct records r;

	records_open(&r, &kind, folder, true);
	struct timespec before, after;
	clock_gettime(CLOCK_MONOTONIC, &before);
	folder_replace("users.json", "[ {\"key\":\"a\" , \"n\":1.10} ]");
	CHECK(records_refresh(&r) && r.table.count == 1 &&
	      text_is(&r, 0, "{\"key\":\"a\" , \"n\":1.10}"));
	clock_gettime(CLOCK_MONOTONIC, &after);
	/* A version this young cannot be told from the next one, so the module must read it again.
	 * The assertion is skipped if this machine was too busy. */
	if ((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 < 20)
		CHECK(!r.settled);
	unsigned generation = r.generation;

	/* If the file is unchanged the version is the same, as soon as it is old enough to be told
	 * from a later one. */
	settle(&r);
	generation = r.generation;
	const char *text = r.table.text;
	for (int i = 0; i < 5; i++)
		CHECK(records_refresh(&r) && r.generation == generation && r.table.text == text);

	/* It is replaced by a file of the same length. */
	folder_replace("users.json", "[ {\"key\":\"b\" , \"n\":1.10} ]");
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
	folder_replace("users.json", "[{\"key\":\"p\",\"n\":1},{\"key\":\"q\",\"n\":1},3]");
	CHECK(records_refresh(&r) && r.table.count == 2 && r.table.skipped == 1 &&
	      find(&r, "q") == 1 && find(&r, "q") == 1);

	/* A time stamp that was set back does not hide a change. */
	settle(&r);
	struct stat st;
	stat(folder_path("users.json"), &st);
	folder_write("users.json", "[{\"key\":\"P\",\"n\":1},{\"key\":\"q\",\"n\":1},3]");
	utimensat(AT_FDCWD, folder_path("users.json"), (struct timespec[]){st.st_atim, st.st_mtim},
		  0);
	CHECK(records_refresh(&r) && find(&r, "P") == 0);

	/* The file becomes invalid: the last good version stays, and the fault is reported. The
	 * file is not read again at every request. */
	folder_logged();
	folder_replace("users.json", "[{\"key\":\"R\"");
	CHECK(records_refresh(&r) && r.fault != NULL && fault_is(&r, "invalid: ") &&
	      find(&r, "P") == 0);
	settle(&r);
	folder_logged();
	CHECK(records_refresh(&r) && r.fault != NULL && *folder_logged() == '\0');
	/* The file is removed. */
	unlink(folder_path("users.json"));
	CHECK(records_refresh(&r) && fault_is(&r, "unreadable: ") && find(&r, "P") == 0);
	/* The file is back. */
	folder_replace("users.json", "[{\"key\":\"S\",\"n\":1}]");
	CHECK(records_refresh(&r) && r.fault == NULL && find(&r, "S") == 0 && find(&r, "P") == 1);
	records_close(&r);
	folder_logged();
}

/* Faults when there is no good version. */
static void test_faults(void)
{
	struct records r;
	char path[2000];

	unlink(folder_path("users.json"));
	records_open(&r, &kind, folder, true);
	CHECK(!records_refresh(&r) && fault_is(&r, "unreadable: "));
	CHECK(r.table.count == 0 && find(&r, "a") == 0);
	folder_write("users.json", "[{\"key\":\"a\",\"n\":1}]");
	CHECK(records_refresh(&r) && r.fault == NULL);
	records_close(&r);

	unlink(folder_path("users.json"));
	mkdir(folder_path("users.json"), 0700);
	records_open(&r, &kind, folder, true);
	CHECK(!records_refresh(&r) && fault_is(&r, "unreadable: "));
	rmdir(folder_path("users.json"));
	mkfifo(folder_path("users.json"), 0600);
	CHECK(!records_refresh(&r) && fault_is(&r, "unreadable: "));
	unlink(folder_path("users.json"));

	/* A file of 64 MiB and one byte, of which nothing is read. */
	int fd = open(folder_path("users.json"), O_WRONLY | O_CREAT, 0600);
	CHECK(ftruncate(fd, DATAFILE_MAX_BYTES + 1) == 0);
	close(fd);
	CHECK(!records_refresh(&r) && fault_is(&r, "too large: "));
	unlink(folder_path("users.json"));
	records_close(&r);

	memset(path, 'p', sizeof path);
	path[sizeof path - 1] = '\0';
	CHECK(!records_open(&r, &kind, path, true));
	folder_logged();
}

/* The file is half-written, or emptied, and its writer goes on while the module waits. */
static void test_half_written(void)
{
	static const char *const rows[] = {"[{\"key\":\"a\",", ""};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct records r;
		folder_write("users.json", rows[i]);
		rest = "[{\"key\":\"a\",\"n\":1}]";
		records_open(&r, &kind, folder, true);
		CHECK(records_refresh(&r) && r.fault == NULL && find(&r, "a") == 0);
		CHECK(rest == NULL && *folder_logged() == '\0');
		records_close(&r);
	}
}

int main(void)
{
	folder_make();
	folder_log();
	test_files();
	test_rules();
	test_find();
	test_versions();
	test_faults();
	test_half_written();
	return check_done();
}
