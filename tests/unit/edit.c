/* edit: a new version of a file in one step, and the changes of others in between. */
#include "data/edit.h"
#include "check.h"
#include "folder.h"

#include <string.h>
#include <sys/stat.h>

static bool holds(const char *want)
{
	char *text;
	const char *why;
	size_t len;
	struct datafile_version version;

	if (datafile_read(folder_path("users.json"), &text, &len, &version, &why) != DATAFILE_FINE)
		return false;
	bool equal = len == strlen(want) && memcmp(text, want, len) == 0;
	free(text);
	return equal;
}

static void test_commit(void)
{
	struct edit e;
	struct stat st;

	folder_write("users.json", "old");
	chmod(folder_path("users.json"), 0604);
	CHECK(edit_begin(&e, folder_path("users.json")));
	CHECK(e.len == 3 && memcmp(e.text, "old", 3) == 0);
	CHECK(edit_commit(&e, "new text", 8));
	edit_end(&e);
	CHECK(holds("new text"));
	CHECK(stat(folder_path("users.json"), &st) == 0 && (st.st_mode & 07777) == 0604);
	CHECK(access(folder_path(".ssactl.new"), F_OK) != 0);
	CHECK(!edit_begin(&e, folder_path("none.json")) && e.why != NULL);
	edit_end(&e);
}

/* Whatever others do between the two steps, it is their version that stays. */
static void test_changed_meanwhile(void)
{
	struct edit e;

	for (int way = 0; way < 3; way++) {
		folder_write("users.json", "old");
		CHECK(edit_begin(&e, folder_path("users.json")));
		if (way == 0)
			folder_write("users.json", "theirs");
		if (way == 1)
			folder_replace("users.json", "theirs");
		if (way == 2)
			unlink(folder_path("users.json"));
		CHECK(!edit_commit(&e, "ours", 4) && e.why != NULL);
		edit_end(&e);
		CHECK(way == 2 ? access(folder_path("users.json"), F_OK) != 0 : holds("theirs"));
		CHECK(access(folder_path(".ssactl.new"), F_OK) != 0);
	}
}

int main(void)
{
	folder_make();
	test_commit();
	test_changed_meanwhile();
	return check_done();
}
