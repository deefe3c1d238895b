/* datafile: reads a file whole, as one version of it, and tells whether it has changed since. */
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
	/* The file changed while it was read. A caller that checks the text also uses this for a
	 * text that breaks its rules. */
	DATAFILE_INVALID,
	/* The name still leads to a file that has no link any more (st_nlink 0): it is mounted
	 * alone, and was replaced or removed where it comes from. So no later version is ever seen
	 * here. */
	DATAFILE_OUTDATED,
	DATAFILE_NO_RECORD, /* only from a caller: the file was read, but no record of it is used */
	DATAFILE_NO_MEMORY,
};

/* Returns the fault in one or two words, as status shows it. NULL for DATAFILE_FINE. */
const char *datafile_fault_name(enum datafile_fault fault);

/* What differs between one version of a file and another. */
struct datafile_version {
	dev_t device;
	ino_t inode;
	off_t bytes;
	struct timespec modified, changed;
	/* They are not compared: a change of them moves `changed`. */
	uid_t owner;
	gid_t group;
	mode_t mode;
	nlink_t links;
};

/* Reads the file. On DATAFILE_FINE, *text holds *len bytes without a NUL, and the caller frees it.
 * On a fault, *why is the reason for the log, in static storage. *version is the version that was
 * seen, or all zero if none was. Never waits, not even for a FIFO. */
enum datafile_fault datafile_read(const char *path, char **text, size_t *len,
				  struct datafile_version *version, const char **why);

/* The same for a name in an open folder. A symbolic link is not followed. */
enum datafile_fault datafile_read_at(int folder, const char *name, char **text, size_t *len,
				     struct datafile_version *version, const char **why);

bool datafile_is_same(const struct datafile_version *a, const struct datafile_version *b);

/* Tells whether the file at this path is still that version. `by_open`: opens it and asks then
 * (open, fstat), because NFS and FUSE answer stat from a cache, but look again at an open. */
bool datafile_is(const char *path, const struct datafile_version *version, bool by_open);

/* Returns for how many milliseconds a version must have been seen before its time stamps tell it
 * from every later one. Two versions that are written within one tick of the file system's clock
 * have the same stamps, and often the same inode and size. (The "racily clean" entries in the index
 * of git are the same case.) The time counts from when the version was first seen here, so the
 * clocks of this machine and of a file server do not matter. */
long long datafile_settles_ms(const struct datafile_version *version);

#endif
