#include "data/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTLED_MS = 100 }; /* far more than the granularity of time stamps: a tick, up to 10 ms */

const char *datafile_fault_name(enum datafile_fault fault)
{
	static const char *const names[] = {
	    [DATAFILE_FINE] = NULL,
	    [DATAFILE_UNREADABLE] = "unreadable",
	    [DATAFILE_TOO_LARGE] = "too large",
	    [DATAFILE_INVALID] = "invalid",
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
	};
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Reads the announced bytes, and one more if there is one. Returns -1 on an error, with errno. A
 * regular file gives fewer bytes than asked for only at its end. */
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

/* Reads an open file into `text`, which has space for one byte more than `before` announced. This
 * byte shows whether the file grows at the same time. */
static enum datafile_fault read_version(int fd, const struct stat *before, char *text,
					const char **why)
{
	struct stat after;
	ssize_t n = read_whole(fd, text, (size_t)before->st_size);

	if (n < 0 || fstat(fd, &after) != 0) {
		*why = strerror(errno);
		return DATAFILE_UNREADABLE;
	}
	/* The change time does not count here: it also moves when another file replaces this one by
	 * rename, and then the text that was read is whole. */
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
		*why = "over 64 MiB";
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

enum datafile_fault datafile_read(const char *path, char **text, size_t *len,
				  struct datafile_version *version, const char **why)
{
	/* O_NONBLOCK: a FIFO under that name must not block the process. No O_CLOEXEC: nothing here
	 * runs another program, and musl spends a system call on it. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	*version = (struct datafile_version){0};
	if (fd < 0) {
		*why = strerror(errno);
		return DATAFILE_UNREADABLE;
	}
	enum datafile_fault fault = read_open(fd, text, len, version, why);
	close(fd);
	return fault;
}

bool datafile_is(const char *path, const struct datafile_version *version)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == version->device &&
	       st.st_ino == version->inode && st.st_size == version->bytes &&
	       same_time(st.st_mtim, version->modified) && same_time(st.st_ctim, version->changed);
}

bool datafile_was_settled(const struct datafile_version *version, struct timespec read_at)
{
	long long age_ms = (read_at.tv_sec - version->changed.tv_sec) * 1000LL +
			   (read_at.tv_nsec - version->changed.tv_nsec) / 1000000;

	return age_ms > SETTLED_MS || age_ms < -SETTLED_MS;
}
