/* datafile: a file read whole, as one version of it, and whether it has changed since. */
#ifndef SSA_DATAFILE_H
#define SSA_DATAFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

enum { DATAFILE_MAX_BYTES = 64 << 20 };

enum datafile_fault {
	DATAFILE_FINE,
	DATAFILE_UNREADABLE, /* missing, forbidden, not a regular file, an error of the disk */
	DATAFILE_TOO_LARGE,
	DATAFILE_INVALID, /* it changed while it was read; for the reader of its text: it is not what it should be */
	DATAFILE_NO_MEMORY,
};

/* The fault in a word or two, as status tells it. NULL for DATAFILE_FINE. */
const char *datafile_fault_name(enum datafile_fault fault);

/* What tells one version of a file from another. */
struct datafile_version {
	dev_t device;
	ino_t inode;
	off_t bytes;
	struct timespec modified, changed;
};

/* Reads it. DATAFILE_FINE: *text (free it) holds *len bytes and no NUL. Else *why is the reason for the log, in
 * static storage. *version is what was seen, all zero where nothing was. Never waits, not for a FIFO either. */
enum datafile_fault datafile_read(const char *path, char **text, size_t *len,
				  struct datafile_version *version, const char **why);

/* Whether the file under this path is still that version: one stat(2). */
bool datafile_is(const char *path, const struct datafile_version *version);

/* Whether a version that was read at `read_at` or later can be told from every later one. A file written twice
 * within one tick of the kernel's clock has one time stamp for both, so a version that was that young must be read
 * again (git's "racily clean" index entries are the same case). */
bool datafile_was_settled(const struct datafile_version *version, struct timespec read_at);

#endif
