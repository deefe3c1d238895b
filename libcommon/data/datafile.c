#include "data/datafile.h"
#include "core/sizes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SETTLES_MS = 100, /* a tick of the kernel is up to 10 ms */
	/* FAT counts in steps of two seconds; ext3, and ext4 with small inodes, in seconds. */
	SETTLES_SECONDS_MS = 2100,
};

const char *datafile_fault_name(enum datafile_fault fault)
{
	static const char *const names[] = {
	    [DATAFILE_FINE] = NULL,
	    [DATAFILE_UNREADABLE] = "unreadable",
	    [DATAFILE_TOO_LARGE] = "too large",
	    [DATAFILE_INVALID] = "invalid",
	    [DATAFILE_OUTDATED] = "outdated",
	    [DATAFILE_NO_RECORD] = "no usable record",
	    [DATAFILE_NO_MEMORY] = "out of memory",
	};

	return names[fault];
}

static struct datafile_version version_of(const struct stat *st)
{
	return (struct datafile_version){
	    .device = st->st_dev,
	    .inode = st->st_ino,
	    .bytes = st->st_size,
	    .modified = st->st_mtim,
	    .changed = st->st_ctim,
	    .owner = st->st_uid,
	    .group = st->st_gid,
	    .mode = st->st_mode,
	    .links = st->st_nlink,
	};
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool datafile_is_same(const struct datafile_version *a, const struct datafile_version *b)
{
	return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
	       same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}

/* Reads the announced bytes, and one more if there is one. Returns -1 on an error, with errno. */
static ssize_t read_whole(int fd, char *text, size_t announced)
{
	size_t len = 0;

	do {
		ssize_t n = read(fd, text + len, announced + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	} while (len < announced);
	return (ssize_t)len;
}

/* Reads an open file into `text`, which has room for one byte more than `before` announced: that
 * byte shows whether the file grows. */
static enum datafile_fault read_version(int fd, const struct stat *before, char *text,
					const char **why)
{
	struct stat after;
	ssize_t n = read_whole(fd, text, (size_t)before->st_size);

	if (n < 0 || fstat(fd, &after) != 0) {
		*why = strerror(errno);
		return DATAFILE_UNREADABLE;
	}
	/* The change time does not count: it also moves when another file replaces this one by
	 * rename, and then the text is whole. */
	if (n == before->st_size && after.st_size == before->st_size &&
	    same_time(after.st_mtim, before->st_mtim))
		return DATAFILE_FINE;
	*why = "it was changed while it was read";
	return DATAFILE_INVALID;
}

static enum datafile_fault read_open(int fd, char **text, size_t *len,
				     struct datafile_version *version, const char **why)
{
	struct stat before;

	if (fstat(fd, &before) != 0) {
		*why = strerror(errno);
		return DATAFILE_UNREADABLE;
	}
	if (!S_ISREG(before.st_mode)) {
		*why = "not a regular file";
		return DATAFILE_UNREADABLE;
	}
	*version = version_of(&before);
	if (before.st_size > DATAFILE_MAX_BYTES) {
		*why = "over " TEXT_OF(DATAFILE_MAX_MIB) " MiB";
		return DATAFILE_TOO_LARGE;
	}
	*len = (size_t)before.st_size;
	*text = malloc(*len + 1);
	if (*text == NULL) {
		*why = "out of memory";
		return DATAFILE_NO_MEMORY;
	}
	enum datafile_fault fault = read_version(fd, &before, *text, why);
	if (fault != DATAFILE_FINE)
		free(*text);
	return fault;
}

/* O_NONBLOCK: a FIFO must not block the process. No O_CLOEXEC, on which musl spends a system call:
 * nothing here runs another program. */
static int open_file(int folder, const char *name, int flags)
{
	return openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags);
}

/* A file that was replaced just after it was opened has no link either, but its name leads to
 * another file. */
static bool is_outdated(int folder, const char *name, const struct datafile_version *opened)
{
	struct stat named;

	return opened->links == 0 && fstatat(folder, name, &named, 0) == 0 && named.st_nlink == 0 &&
	       named.st_dev == opened->device && named.st_ino == opened->inode;
}

/* Why it cannot be opened. A worker's sandbox forbids all but regular files; the reason is the same
 * without it. */
static const char *why_closed(int folder, const char *name)
{
	const char *why = errno == ELOOP ? "a symbolic link" : strerror(errno);
	struct stat named;

	return errno == EACCES && fstatat(folder, name, &named, 0) == 0 && !S_ISREG(named.st_mode)
		   ? "not a regular file"
		   : why;
}

enum datafile_fault datafile_read_at(int folder, const char *name, char **text, size_t *len,
				     struct datafile_version *version, const char **why)
{
	int fd = open_file(folder, name, folder != AT_FDCWD ? O_NOFOLLOW : 0);

	*version = (struct datafile_version){0};
	if (fd < 0) {
		*why = why_closed(folder, name);
		return DATAFILE_UNREADABLE;
	}
	enum datafile_fault fault = read_open(fd, text, len, version, why);
	if (fault == DATAFILE_FINE && is_outdated(folder, name, version)) {
		free(*text);
		*why = "replaced outside: mount its folder, and not the file alone";
		fault = DATAFILE_OUTDATED;
	}
	close(fd);
	return fault;
}

enum datafile_fault datafile_read(const char *path, char **text, size_t *len,
				  struct datafile_version *version, const char **why)
{
	return datafile_read_at(AT_FDCWD, path, text, len, version, why);
}

bool datafile_is(const char *path, const struct datafile_version *version, bool by_open)
{
	int fd = by_open ? open_file(AT_FDCWD, path, 0) : -1;
	struct stat st;
	bool seen = by_open ? fd >= 0 && fstat(fd, &st) == 0 : stat(path, &st) == 0;

	if (fd >= 0)
		close(fd);
	if (!seen)
		return false;
	struct datafile_version now = version_of(&st);
	return datafile_is_same(&now, version);
}

long long datafile_settles_ms(const struct datafile_version *version)
{
	bool whole_seconds = version->modified.tv_nsec == 0 && version->changed.tv_nsec == 0;

	return whole_seconds ? SETTLES_SECONDS_MS : SETTLES_MS;
}
