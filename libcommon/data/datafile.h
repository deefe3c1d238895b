/* datafile: reads a file whole, as one version of it, and tells whether it has changed since. */
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
	/* The file changed while it was read. A caller that checks the text also uses this for a
	 * text that breaks its rules. */
	DATAFILE_INVALID,
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
};

/* Reads the file. On DATAFILE_FINE, *text holds *len bytes without a NUL, and the caller frees it.
 * On a fault, *why is the reason for the log, in static storage. *version is the version that was
 * seen, or all zero if none was. Never waits, not even for a FIFO. */
enum datafile_fault datafile_read(const char *path, char **text, size_t *len,
				  struct datafile_version *version, const char **why);

/* Tells whether the file at this path is still that version. Needs one stat(2). */
bool datafile_is(const char *path, const struct datafile_version *version);

/* Tells whether a version that was read at `read_at` or later can be told from every later version.
 * If a file is written twice within one tick of the kernel's clock, both versions have the same
 * time stamp. So a version that was so young must be read again. (The "racily clean" entries in the
 * index of git are the same case.) */
bool datafile_was_settled(const struct datafile_version *version, struct timespec read_at);

#endif
