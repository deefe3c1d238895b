/* datafile: a version of a file, and how two versions are told apart. */
#include "data/datafile.h"
#include "check.h"
#include "folder.h"

static enum datafile_fault read_it(struct datafile_version *version, const char *want)
{
	const char *why = NULL;
	char *text = NULL;
	size_t len = 0;
	enum datafile_fault fault =
	    datafile_read(folder_path("users.json"), &text, &len, version, &why);

	if (fault == DATAFILE_FINE)
		CHECK_BYTES(text, len, want ? want : "a fault", "users.json");
	else
		CHECK_ROW(want == NULL && why != NULL && datafile_fault_name(fault) != NULL, why);
	free(fault == DATAFILE_FINE ? text : NULL);
	return fault;
}

TEST(begin)
{
	folder_make();
}

TEST(read)
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

/* Whether it is the present version, with an open(2) as without. */
static bool is_present(const struct datafile_version *v)
{
	bool by_stat = datafile_is(folder_path("users.json"), v, false);

	CHECK(datafile_is(folder_path("users.json"), v, true) == by_stat);
	return by_stat;
}

/* Each member that tells two versions apart must do so alone. */
TEST(is)
{
	struct datafile_version v, other;

	folder_write("users.json", "one");
	CHECK(read_it(&v, "one") == DATAFILE_FINE && is_present(&v));
	for (int i = 0; i < 7; i++) {
		other = v;
		other.device += i == 0;
		other.inode += i == 1;
		other.bytes += i == 2;
		other.modified.tv_sec += i == 3;
		other.modified.tv_nsec += i == 4;
		other.changed.tv_sec += i == 5;
		other.changed.tv_nsec += i == 6;
		CHECK(!is_present(&other));
	}
	folder_replace("users.json", "two");
	CHECK(!is_present(&v));
	unlink(folder_path("users.json"));
	CHECK(!is_present(&v));
}

/* The stamps themselves tell how long two versions can have the same ones. */
TEST(settles)
{
	static const struct {
		long modified_ns, changed_ns, least_ms, most_ms;
	} rows[] = {
	    {1, 1, 11, 500}, /* a tick of the kernel is up to 10 ms */
	    {0, 1, 11, 500}, /* somebody has set the time of the file */
	    {1, 0, 11, 500},
	    {0, 0, 2001, 2500}, /* FAT: two seconds */
	};

	EACH(row, rows) {
		struct datafile_version v = {.modified.tv_nsec = row->modified_ns,
					     .changed.tv_nsec = row->changed_ns};
		long long ms = datafile_settles_ms(&v);
		CHECK(ms >= row->least_ms && ms <= row->most_ms);
	}
}

/* A file that has no link any more, but still has a name: only where it is mounted alone. This link
 * of the kernel leads to the same file. */
TEST(outdated)
{
	struct datafile_version v;
	const char *why = NULL;
	char path[40], *text;
	size_t len;

	folder_write("users.json", "old");
	int fd = open(folder_path("users.json"), O_RDONLY);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	CHECK(datafile_read(path, &text, &len, &v, &why) == DATAFILE_FINE);
	free(text);
	CHECK(datafile_is(path, &v, false));
	folder_replace("users.json", "new");
	CHECK(!datafile_is(path, &v, false));
	CHECK(datafile_read(path, &text, &len, &v, &why) == DATAFILE_OUTDATED);
	CHECK(strcmp(datafile_fault_name(DATAFILE_OUTDATED), "outdated") == 0);
	CHECK(read_it(&v, "new") == DATAFILE_FINE);
	close(fd);
}
