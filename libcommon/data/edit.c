#include "data/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* The new version before it gets its name. What a killed process has left there is overwritten. */
#define FRESH ".ssactl.new"

static const char changed_meanwhile[] = "another program has changed it meanwhile; try again";

enum { LOCK_PAUSE_MS = 50, LOCK_TRIES = 60 };

static bool fail(struct edit *e, const char *why)
{
	e->why = why;
	return false;
}

/* Tells whether root alone decides where this part of a path leads. In a folder with the sticky
 * bit, such as /tmp, nobody else can replace what root owns. */
static bool is_roots(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return false;
	if (!S_ISDIR(st.st_mode))
		return !S_ISLNK(st.st_mode) || st.st_uid == 0;
	return st.st_uid == 0 &&
	       ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (st.st_mode & S_ISVTX) != 0);
}

/* Root must not follow a path that another user may change. A relative path begins in the working
 * folder. */
static bool check_path(struct edit *e, const char *path) /* NOLINT(misc-no-recursion): once */
{
	char part[sizeof e->path];
	size_t len = 0;

	if (path[0] != '/' && getcwd(part, sizeof part) != NULL && strcmp(part, "/") != 0 &&
	    !check_path(e, part))
		return false;
	do {
		len += strspn(path + len, "/");
		len += strcspn(path + len, "/");
		snprintf(part, sizeof part, "%.*s", (int)len, path);
		if (len > 0 && !is_roots(part)) {
			snprintf(e->said, sizeof e->said,
				 "root does not edit what another user may replace: %s; run it as "
				 "its owner, or change its owner and mode",
				 part);
			return fail(e, e->said);
		}
	} while (path[len] != '\0');
	return true;
}

/* Opens the folder of the file, whose path has no symbolic links. */
static bool open_folder(struct edit *e, const char *path)
{
	char *real = realpath(path, NULL);
	struct stat st;

	if (real == NULL || strlen(real) >= sizeof e->path) {
		free(real);
		return fail(e, real == NULL ? strerror(errno) : "its path is too long");
	}
	strcpy(e->path, real);
	free(real);
	e->name = strrchr(e->path, '/');
	*e->name = '\0';
	e->folder =
	    open(e->path[0] ? e->path : "/", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	*e->name++ = '/';
	if (e->folder < 0)
		return fail(e, strerror(errno));
	/* Despite a sticky bit, others can make the file that the edit makes. */
	if (geteuid() == 0 && check_path(e, path) && check_path(e, e->path) &&
	    fstat(e->folder, &st) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(e, "root does not edit in a folder that others may write to");
	return e->why == NULL;
}

/* Names the process that holds the lock, if this process may see it. A line of /proc/locks is
 * `1: FLOCK  ADVISORY  WRITE 4711 fe:01:131074 0 EOF`. */
static const char *who_locks(struct edit *e)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[200], path[64], name[64] = "";
	unsigned long inode, pid = 0, found;
	struct stat st;

	while (locks != NULL && pid == 0 && fstat(e->folder, &st) == 0 &&
	       fgets(line, sizeof line, locks) != NULL)
		/* NOLINTNEXTLINE(cert-err34-c): numbers of the kernel */
		if (sscanf(line, "%*s FLOCK %*s %*s %lu %*x:%*x:%lu", &found, &inode) == 2 &&
		    inode == st.st_ino)
			pid = found;
	if (locks != NULL)
		fclose(locks);
	snprintf(path, sizeof path, "/proc/%lu/comm", pid);
	FILE *comm = pid != 0 ? fopen(path, "re") : NULL;
	if (comm != NULL && fgets(name, sizeof name, comm) != NULL)
		name[strcspn(name, "\n")] = '\0';
	if (comm != NULL)
		fclose(comm);
	if (pid == 0)
		return "another program has locked its folder for too long; /proc/locks does not "
		       "say which";
	snprintf(e->said, sizeof e->said, "process %lu (%s) has locked its folder for too long",
		 pid, *name ? name : "unknown");
	return e->said;
}

static bool lock(struct edit *e)
{
	for (int i = 0; flock(e->folder, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail(e, strerror(errno));
		if (i == LOCK_TRIES)
			return fail(e, who_locks(e));
		nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_MS * 1000000L}, NULL);
	}
	return true;
}

bool edit_begin(struct edit *e, const char *path)
{
	char *text;

	e->text = NULL;
	e->why = NULL;
	e->folder = -1;
	if (!open_folder(e, path) || !lock(e) ||
	    datafile_read_at(e->folder, e->name, &text, &e->len, &e->version, &e->why) !=
		DATAFILE_FINE)
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

/* Gives the new file the access control list of the old one, or takes away what it got from its
 * folder, of which the mode would only be the mask (acl(5)). */
static bool copy_acl(const struct edit *e, int fd)
{
	static const char name[] = "system.posix_acl_access";
	char list[4096];
	ssize_t len = lgetxattr(e->path, name, list, sizeof list);

	if (len >= 0)
		return fsetxattr(fd, name, list, (size_t)len, 0) == 0;
	return errno != ERANGE && (fremovexattr(fd, name) == 0 || errno == ENODATA ||
				   errno == ENOTSUP || errno == ENOSYS);
}

/* Makes the file FRESH with the owner and the mode of the old one, on the disk. */
static bool make_fresh(struct edit *e, const char *text, size_t len)
{
	unlinkat(e->folder, FRESH, 0);
	int fd =
	    openat(e->folder, FRESH, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(e, strerror(errno));
	bool made = write_all(fd, text, len) &&
		    fchown(fd, e->version.owner, e->version.group) == 0 && copy_acl(e, fd) &&
		    fchmod(fd, e->version.mode & 07777) == 0 && fsync(fd) == 0;
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

/* Tells whether a name in the folder leads to the version that was read. Time stamps alone do not
 * tell (see datafile_settles_ms), so the bytes are compared too. */
static bool is_ours(struct edit *e, const char *name)
{
	struct datafile_version now;
	const char *why;
	size_t len;
	char *text;

	if (datafile_read_at(e->folder, name, &text, &len, &now, &why) != DATAFILE_FINE)
		return false;
	now.changed = e->version.changed; /* a rename moves it */
	bool ours =
	    datafile_is_same(&now, &e->version) && len == e->len && memcmp(text, e->text, len) == 0;
	explicit_bzero(text, len);
	free(text);
	return ours;
}

/* Exchanges the two names, looks at the file that was replaced, and exchanges them back if it is
 * not the version that was read. */
static bool exchange(struct edit *e)
{
	if (!is_ours(e, e->name))
		return fail(e, changed_meanwhile);
	if (swap_names(e) != 0) {
		/* A file system that cannot exchange. */
		if (errno == EINVAL || errno == ENOSYS)
			return renameat(e->folder, FRESH, e->folder, e->name) == 0 ||
			       fail(e, strerror(errno));
		return fail(e, errno == EBUSY ? "it is mounted alone: mount its folder instead"
					      : strerror(errno));
	}
	if (is_ours(e, FRESH))
		return true;
	swap_names(e);
	return fail(e, changed_meanwhile);
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
