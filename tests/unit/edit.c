/* edit: a new version of a file in one step, and the changes of others in between. */
#include "data/edit.h"
#include "check.h"
#include "folder.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

/* Returns what the file has. */
static const char *present(void)
{
	static char text[100];
	FILE *file = fopen(folder_path("users.json"), "r");

	if (file == NULL)
		return "no file";
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* What went to the disk, in this order: f is the new file, while the name still leads to the old
 * one; d is the folder, when the name leads to the new one. */
static char synced[8];

/* In place of the C library's. */
int fsync(int fd)
{
	size_t len = strlen(synced);
	struct stat st;

	if (len + 1 < sizeof synced && fstat(fd, &st) == 0)
		synced[len] = S_ISREG(st.st_mode) && strcmp(present(), "old") == 0        ? 'f'
			      : S_ISDIR(st.st_mode) && strcmp(present(), "new text") == 0 ? 'd'
											  : '?';
	return (int)syscall(SYS_fsync, fd);
}

TEST(begin)
{
	folder_make();
}

TEST(commit)
{
	struct edit e;
	struct stat st;

	folder_write("users.json", "old");
	chmod(folder_path("users.json"), 0604);
	CHECK(edit_begin(&e, folder_path("users.json")));
	CHECK(e.len == 3 && memcmp(e.text, "old", 3) == 0);
	CHECK(edit_commit(&e, "new text", 8));
	edit_end(&e);
	CHECK_TEXT(synced, "fd", NULL);
	CHECK_TEXT(present(), "new text", NULL);
	CHECK(stat(folder_path("users.json"), &st) == 0 && (st.st_mode & 07777) == 0604);
	CHECK(access(folder_path(".ssactl.new"), F_OK) != 0);
	CHECK(!edit_begin(&e, folder_path("none.json")) && e.why != NULL);
	edit_end(&e);
}

/* An access control list in the form of the kernel (linux/posix_acl_xattr.h). */
static void set_acl(const char *path, const char *name)
{
	static const struct entry {
		uint16_t tag, rights;
		uint32_t id;
	} entries[] = {{1, 6, UINT32_MAX},
		       {2, 4, 12345},
		       {4, 0, UINT32_MAX},
		       {16, 4, UINT32_MAX},
		       {32, 0, UINT32_MAX}};
	char list[4 + sizeof entries] = {2};

	memcpy(list + 4, entries, sizeof entries);
	CHECK(setxattr(path, name, list, sizeof list, 0) == 0);
}

TEST(acl)
{
	static const char acl[] = "system.posix_acl_access",
			  inherited[] = "system.posix_acl_default";
	struct edit e;
	char list[100];

	for (int has = 0; has < 2; has++) {
		folder_write("users.json", "old");
		if (getxattr(folder, acl, list, sizeof list) < 0 && errno == ENOTSUP)
			return;
		/* Its own list stays, and it gets none from the folder. */
		if (has)
			set_acl(folder_path("users.json"), acl);
		else
			set_acl(folder, inherited);
		CHECK(edit_begin(&e, folder_path("users.json")) && edit_commit(&e, "new", 3));
		edit_end(&e);
		ssize_t len = getxattr(folder_path("users.json"), acl, list, sizeof list);
		CHECK(has ? len == 44 : len < 0 && errno == ENODATA);
		removexattr(folder, inherited);
		unlink(folder_path("users.json"));
	}
}

/* Gives the file the time of modification that it had. (An inode's own time cannot be set, but a
 * file system with whole seconds gives the same one twice.) */
static void set_times(const struct datafile_version *v)
{
	utimensat(AT_FDCWD, folder_path("users.json"),
		  (struct timespec[]){v->modified, v->modified}, 0);
}

/* Whatever others do between the two steps, it is their version that stays. */
TEST(changed_meanwhile)
{
	struct edit e;

	for (int way = 0; way < 5; way++) {
		folder_write("users.json", "old");
		CHECK(edit_begin(&e, folder_path("users.json")));
		if (way == 0)
			folder_write("users.json", "theirs");
		if (way == 1)
			folder_replace("users.json", "theirs");
		if (way == 2)
			unlink(folder_path("users.json"));
		if (way == 3) { /* of the same length, with the same stamps */
			folder_write("users.json", "new");
			set_times(&e.version);
		}
		if (way == 4) { /* a link to a file that is not to be read */
			folder_replace("machines.json", "theirs");
			unlink(folder_path("users.json"));
			CHECK(symlink("machines.json", folder_path("users.json")) == 0);
		}
		CHECK(!edit_commit(&e, "ours", 4) && e.why != NULL);
		edit_end(&e);
		CHECK_TEXT(present(), way == 2 ? "no file" : way == 3 ? "new" : "theirs", NULL);
		CHECK(access(folder_path(".ssactl.new"), F_OK) != 0);
	}
	unlink(folder_path("users.json"));
}

static bool begins(const char *path, const char *why)
{
	struct edit e;
	bool begun = edit_begin(&e, path);

	CHECK_ROW(begun == (why == NULL) && (begun || strstr(e.why, why) != NULL),
		  e.why ? e.why : "no reason");
	edit_end(&e);
	return begun;
}

/* Root edits only where no other user can lead it to another file. */
TEST(root)
{
	char link[300], path[320];

	if (geteuid() != 0)
		return;
	folder_write("users.json", "text");
	CHECK(begins(folder_path("users.json"), NULL));
	CHECK(chown(folder, 65534, 0) == 0);
	CHECK(!begins(folder_path("users.json"), "another user may replace"));
	CHECK(chown(folder, 0, 0) == 0);
	static const mode_t bad[] = {0720, 0702, 01707};
	for (size_t i = 0; i < 3; i++) {
		chmod(folder, bad[i]);
		CHECK(!begins(folder_path("users.json"),
			      i < 2 ? "another user may replace" : "others may write to"));
	}
	chmod(folder, 0700);
	CHECK(chown(folder_path("users.json"), 65534, 0) == 0);
	CHECK(begins(folder_path("users.json"), NULL));
	/* A link of root, and one that another user has made. */
	snprintf(link, sizeof link, "%s.link", folder);
	snprintf(path, sizeof path, "%s/users.json", link);
	CHECK(symlink(folder, link) == 0);
	CHECK(begins(path, NULL));
	CHECK(lchown(link, 65534, 0) == 0);
	CHECK(!begins(path, "another user may replace"));
	unlink(link);
}

/* Somebody holds the lock for good: the edit ends after some seconds, and says who it is. */
TEST(locked)
{
	char who[40];
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	folder_write("users.json", "text");
	CHECK(fd >= 0 && flock(fd, LOCK_SH) == 0); /* an edit is alone */
	snprintf(who, sizeof who, "process %d (edit) has locked", (int)getpid());
	CHECK(!begins(folder_path("users.json"), who));
	close(fd);
	CHECK(begins(folder_path("users.json"), NULL));
}
