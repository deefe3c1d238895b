#include "data/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The new version before it gets its name. One that a killed process has left is overwritten. */
#define FRESH ".ssactl.new"

static bool fail(struct edit *e, const char *why)
{
	e->why = why;
	return false;
}

bool edit_begin(struct edit *e, const char *path)
{
	char *real = realpath(path, NULL);

	*e = (struct edit){.folder = -1};
	if (real == NULL || strlen(real) >= sizeof e->path) {
		free(real);
		return fail(e, real == NULL ? strerror(errno) : "its path is too long");
	}
	strcpy(e->path, real);
	free(real);
	e->name = strrchr(e->path, '/');
	*e->name = '\0';
	e->folder = open(e->path[0] ? e->path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*e->name++ = '/';
	if (e->folder < 0 || flock(e->folder, LOCK_EX) != 0)
		return fail(e, strerror(errno));
	char *text;
	if (datafile_read(e->path, &text, &e->len, &e->version, &e->why) != DATAFILE_FINE)
		return false;
	e->text = text;
	return true;
}

static bool write_all(int fd, const char *at, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* Makes the file FRESH with the owner and the mode of the old one, on the disk. */
static bool make_fresh(struct edit *e, const char *text, size_t len)
{
	struct stat old;

	unlinkat(e->folder, FRESH, 0);
	int fd =
	    openat(e->folder, FRESH, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(e, strerror(errno));
	bool made = fstatat(e->folder, e->name, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
		    write_all(fd, text, len) && fchown(fd, old.st_uid, old.st_gid) == 0 &&
		    fchmod(fd, old.st_mode & 07777) == 0 && fsync(fd) == 0;
	if (!made)
		fail(e, strerror(errno));
	if (close(fd) != 0 && made)
		made = fail(e, strerror(errno));
	return made;
}

/* musl has no renameat2(2). */
static int swap_names(struct edit *e)
{
	enum { EXCHANGE = 1 << 1 }; /* RENAME_EXCHANGE */

	return (int)syscall(SYS_renameat2, e->folder, FRESH, e->folder, e->name, EXCHANGE);
}

/* Exchanges the two names. So what stood there until now can be looked at: if it is not the version
 * that was read, somebody else has changed the file, and the names are exchanged back. */
static bool exchange(struct edit *e)
{
	char path[sizeof e->path + sizeof FRESH];

	snprintf(path, sizeof path, "%.*s" FRESH, (int)(e->name - e->path), e->path);
	if (!datafile_is(e->path, &e->version))
		return fail(e, "somebody else has changed it meanwhile; try again");
	if (swap_names(e) != 0) {
		/* A file system that cannot exchange. */
		if (errno != EINVAL && errno != ENOSYS)
			return fail(e, strerror(errno));
		return renameat(e->folder, FRESH, e->folder, e->name) == 0 ||
		       fail(e, strerror(errno));
	}
	struct stat now;
	if (stat(path, &now) == 0 && now.st_ino == e->version.inode &&
	    now.st_size == e->version.bytes && now.st_mtim.tv_sec == e->version.modified.tv_sec &&
	    now.st_mtim.tv_nsec == e->version.modified.tv_nsec)
		return true;
	swap_names(e);
	return fail(e, "somebody else has changed it meanwhile; try again");
}

bool edit_commit(struct edit *e, const char *text, size_t len)
{
	bool done = make_fresh(e, text, len) && exchange(e);

	unlinkat(e->folder, FRESH, 0);
	if (done && fsync(e->folder) != 0)
		return fail(e, strerror(errno));
	return done;
}

void edit_end(struct edit *e)
{
	if (e->text != NULL)
		explicit_bzero(e->text, e->len);
	free(e->text);
	if (e->folder >= 0)
		close(e->folder); /* and with it the lock */
	e->text = NULL;
	e->folder = -1;
}
