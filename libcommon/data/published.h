/* published: the last good text of a data file, one for all resident processes of a service.
 *
 * If a file is broken, a resident process goes on with the last good version. If each kept its own,
 * one that was idle for long could fall back to an old version, in which a user who was removed
 * since may log in. Therefore a process that reads a good version publishes it, and a process that
 * finds the file broken takes the version that was published last.
 *
 * The text is in a System V shared memory segment, which needs no file. It is marked for removal as
 * soon as it is made, and lives as long as a process is attached to it (shmctl(2), Linux). A
 * second, small segment names the newest text; `ipcs -m` shows it, and the last process that ends
 * removes it. A segment of another user is never used. */
#ifndef SSA_PUBLISHED_H
#define SSA_PUBLISHED_H

#include "core/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct published_newest; /* shared by all processes */

/* One file, as one process sees it. */
struct published {
	/* The digest of the path. A shared text with another one is of another file. */
	char file[CRYPTO_DIGEST_LEN + 1];
	struct published_newest *newest; /* NULL: not attached yet, or no shared memory */
	int newest_id;                   /* of its segment */
	uint64_t held;                   /* the publication whose text was returned last */
};

/* A text in shared memory, attached to this process. */
struct published_text {
	char file[CRYPTO_DIGEST_LEN + 1]; /* as above */
	size_t len;
	char text[];
};

/* Prepares *p. Nothing is shared yet. */
void published_open(struct published *p, const char *path);
void published_close(struct published *p);

/* Returns the newest publication, before the caller reads the file. 0: nothing is published, or
 * there is no shared memory. */
uint64_t published_ask(struct published *p);

/* Publishes a copy of a text that was read after published_ask returned `before`.
 *
 *   PUBLISHED_FINE: *out is a shared copy, perhaps from another process. The caller releases it.
 *   PUBLISHED_OUTDATED: another process has published, perhaps a later version. Read again.
 *   PUBLISHED_NONE: there is no shared memory, and no other process will see this text. */
enum published_result { PUBLISHED_FINE, PUBLISHED_OUTDATED, PUBLISHED_NONE };
enum published_result published_put(struct published *p, uint64_t before, const char *text,
				    size_t len, const struct published_text **out);

/* Tells whether the text that was returned last is still the newest. */
bool published_holds_newest(struct published *p);

/* Returns the newest text, which the caller releases. NULL: no process has a good version, or there
 * is no shared memory. */
const struct published_text *published_get(struct published *p);

/* `text` may be NULL. */
void published_release(const struct published_text *text);

#endif
