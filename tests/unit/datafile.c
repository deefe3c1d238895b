/* datafile: a version of a file, and how two versions are told apart. */
#include "data/datafile.h"
#include "check.h"
#include "folder.h"

#include <string.h>

static enum datafile_fault read_it(struct datafile_version *version, const char *want)
{
	const char *why = NULL;
	char *text = NULL;
	size_t len = 0;
	enum datafile_fault fault =
	    datafile_read(folder_path("users.json"), &text, &len, version, &why);

	if (fault == DATAFILE_FINE)
		CHECK(want != NULL && len == strlen(want) && memcmp(text, want, len) == 0);
	else
		CHECK_ROW(want == NULL && why != NULL && datafile_fault_name(fault) != NULL, why);
	free(fault == DATAFILE_FINE ? text : NULL);
	return fault;
}

static void test_read(void)
{
	struct datafile_version v;

	CHECK(read_it(&v, NULL) == DATAFILE_UNREADABLE);
	folder_write("users.json", "");
	CHECK(read_it(&v, "") == DATAFILE_FINE && v.bytes == 0);
	folder_write("users.json", "whole");
	CHECK(read_it(&v, "whole") == DATAFILE_FINE && v.bytes == 5 && v.inode != 0);
	unlink(folder_path("users.json"));
	mkdir(folder_path("users.json"), 0700);
	CHECK(read_it(&v, NULL) == DATAFILE_UNREADABLE);
	rmdir(folder_path("users.json"));
	mkfifo(folder_path("users.json"), 0600);
	CHECK(read_it(&v, NULL) == DATAFILE_UNREADABLE);
	unlink(folder_path("users.json"));
	folder_write("users.json", "x");
	CHECK(truncate(folder_path("users.json"), DATAFILE_MAX_BYTES + 1L) == 0);
	CHECK(read_it(&v, NULL) == DATAFILE_TOO_LARGE);
	CHECK(datafile_fault_name(DATAFILE_FINE) == NULL);
}

/* Each member that tells two versions apart must do so alone. */
static void test_is(void)
{
	struct datafile_version v, other;

	folder_write("users.json", "one");
	CHECK(read_it(&v, "one") == DATAFILE_FINE);
	CHECK(datafile_is(folder_path("users.json"), &v));
	for (int i = 0; i < 7; i++) {
		other = v;
		other.device += i == 0;
		other.inode += i == 1;
		other.bytes += i == 2;
		other.modified.tv_sec += i == 3;
		other.modified.tv_nsec += i == 4;
		other.changed.tv_sec += i == 5;
		other.changed.tv_nsec += i == 6;
		CHECK(!datafile_is(folder_path("users.json"), &other));
	}
	folder_replace("users.json", "two");
	CHECK(!datafile_is(folder_path("users.json"), &v));
	unlink(folder_path("users.json"));
	CHECK(!datafile_is(folder_path("users.json"), &v));
}

/* The kernel's clock ticks every 1 to 10 ms. A version that is so young is read again, and so is
 * one whose time stamp is in the future because the clock was set back. A version that is one
 * second old is not read again. */
static void test_settled(void)
{
	static const struct {
		long long age_ms;
		bool settled;
	} rows[] = {{0, false},   {1, false},   {10, false},     {-1, false},
		    {-10, false}, {1000, true}, {86400000, true}};
	struct datafile_version v = {
	    .inode = 1, .changed = {1769851800, 500000000}, .modified = {1000, 0}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		long long at_ms = 1769851800500LL + rows[i].age_ms;
		struct timespec read_at = {.tv_sec = (time_t)(at_ms / 1000),
					   .tv_nsec = (long)(at_ms % 1000) * 1000000};
		CHECK(datafile_was_settled(&v, read_at) == rows[i].settled);
	}
}

int main(void)
{
	folder_make();
	test_read();
	test_is();
	test_settled();
	return check_done();
}
