/* edit: replaces a data file by a new version in one step. Whoever reads the file, and whatever
 * ends this process, finds the old version whole or the new one whole.
 *
 *   if (edit_begin(&e, path)) {
 *           ... make the new text from e.text ...
 *           edit_commit(&e, new.at, new.len);
 *   }
 *   edit_end(&e);
 *
 * Two programs that edit with this module wait for each other: the folder of the file is locked. An
 * editor does not know of that lock, so its changes are noticed, and then nothing is written.
 *
 * The folder is opened once, and all that follows happens below that descriptor, where no symbolic
 * link is followed. So nobody who may write to the folder can lead an edit to another file, and the
 * new version has the owner and the mode of the file that was read. Root also refuses a path that
 * another user may change (as sshd's StrictModes does). */
#ifndef SSA_EDIT_H
#define SSA_EDIT_H

#include "data/datafile.h"

#include <stdbool.h>
#include <stddef.h>

struct edit {
	char path[1104]; /* without symbolic links */
	char *text;      /* the present version */
	size_t len;
	const char *why; /* what failed, as one line */
	char said[1400]; /* where `why` points, if it is no fixed text */
	struct datafile_version version;
	int folder; /* locked */
	char *name; /* the file's name, in `path` */
};

/* Locks and reads. Waits 3 s for the lock; then `why` names who holds it. false: e->why. */
bool edit_begin(struct edit *e, const char *path);

/* Writes a new version with the owner, the group and the mode of the old one. false: e->why, and
 * the old version is still there. */
bool edit_commit(struct edit *e, const char *text, size_t len);

void edit_end(struct edit *e);

#endif
