/* edit: replaces a data file by a new version in one step. Every reader sees one of the two
 * versions whole, also if this process is killed.
 *
 *   if (edit_begin(&e, path)) {
 *           ... make the new text from e.text ...
 *           edit_commit(&e, new.at, new.len);
 *   }
 *   edit_end(&e);
 *
 * A lock on the folder makes two such edits wait for each other. A text editor ignores it; if one
 * has changed the file meanwhile, nothing is written.
 *
 * The folder is opened once, and no symbolic link below it is followed, so nobody who may write to
 * it can lead an edit to another file. The new version gets the owner and the mode of the old one.
 * Root also refuses a path that another user may change (as sshd's StrictModes does). */
#ifndef SSA_EDIT_H
#define SSA_EDIT_H

#include "data/datafile.h"

#include <stdbool.h>
#include <stddef.h>

struct edit {
	char path[1104]; /* without symbolic links */
	char *text;      /* the present version */
	size_t len;
	const char *why; /* what failed, in one line */
	char said[1400]; /* where `why` may point */
	struct datafile_version version;
	int folder; /* locked */
	char *name; /* the file's name, in `path` */
};

/* Locks and reads. false: e->why; after 3 s without the lock it names who holds it. */
bool edit_begin(struct edit *e, const char *path);

/* Writes the new version. false: e->why, and the old version is still there. */
bool edit_commit(struct edit *e, const char *text, size_t len);

void edit_end(struct edit *e);

#endif
