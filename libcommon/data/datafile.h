/* datafile: reads one version of a file whole, and tells whether the file has changed since. */
#ifndef SSA_DATAFILE_H
#define SSA_DATAFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#define DATAFILE_MAX_MIB 64
enum { DATAFILE_MAX_BYTES = DATAFILE_MAX_MIB << 20 };

enum datafile_fault {
	DATAFILE_FINE,
	DATAFILE_UNREADABLE, /* missing, forbidden, not a regular file, an error of the disk */
	DATAFILE_TOO_LARGE,
	DATAFILE_INVALID, /* it changed while it was read, or the caller finds the text invalid */
	/* The file has no link any more (st_nlink 0) and still has its name: it is mounted alone,
	 * and was replaced or removed outside. No later version will ever be seen here. */
	DATAFILE_OUTDATED,
	DATAFILE_NO_RECORD, /* only from a caller: none of its records can be used */
	DATAFILE_NO_MEMORY,
};

/* Returns the fault in a few words, as status shows it; NULL for DATAFILE_FINE. */
const char *datafile_fault_name(enum datafile_fault fault);

/* What differs between one version of a file and another. */
struct datafile_version {
	dev_t device;
	ino_t inode;
	off_t bytes;
	struct timespec modified, changed;
	/* These are not compared: a change of one moves `changed`. */
	uid_t owner;
	gid_t group;
	mode_t mode;
	nlink_t links;
};

/* Reads the file. DATAFILE_FINE: *text has *len bytes without a NUL, and the caller frees it. A
 * fault: *why is the reason for the log, in static storage. *version is the version that was seen,
 * or all zero. Never waits, not even for a FIFO. */
enum datafile_fault datafile_read(const char *path, char **text, size_t *len,
				  struct datafile_version *version, const char **why);

/* The same for a name in an open folder. A symbolic link is not followed. */
enum datafile_fault datafile_read_at(int folder, const char *name, char **text, size_t *len,
				     struct datafile_version *version, const char **why);

bool datafile_is_same(const struct datafile_version *a, const struct datafile_version *b);

/* Tells whether the file at this path is still that version. `by_open`: opens the file for that,
 * because NFS and FUSE answer stat from a cache. */
bool datafile_is(const char *path, const struct datafile_version *version, bool by_open);

/* Returns how many milliseconds after it was first seen a version differs from every later one in
 * its time stamps. Two versions that are written within one tick of the file system's clock have
 * the same stamps, and often the same inode and size (git's "racily clean" entries). Counting from
 * here makes the clock of a file server irrelevant. */
long long datafile_settles_ms(const struct datafile_version *version);

#endif
