/* published: the last good text of a data file, one for all resident processes of a service.
 *
 * A resident process goes on with the last good version when a file is broken. If each kept its own,
 * one that was idle for long would fall back to an old version, in which a user who was removed
 * since may log in. So whoever reads a good version publishes it, and a process that finds the file
 * broken takes what was published last.
 *
 * The text lies in a System V shared memory segment, without a file, as the hashing slots of slots.h
 * need none. It is marked for removal as soon as it is made, and lives as long as a process is
 * attached to it (shmctl(2), Linux): when all of them have ended, nobody has a good version. A
 * second, small segment names the newest; `ipcs -m` shows it, and the last process that ends
 * removes it. All of it belongs to the user the programs run as, and what belongs to another is
 * never used. */
#ifndef SSA_PUBLISHED_H
#define SSA_PUBLISHED_H

#include "core/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct published_newest; /* shared by all processes */

/* One file, as one process sees it. */
struct published {
	char file[CRYPTO_DIGEST_LEN +
		  1]; /* of the path: what is shared of another file is not ours */
	struct published_newest *newest; /* NULL: not attached yet, or no shared memory */
	uint64_t held; /* which publication the text is that was handed out last */
};

/* A text in shared memory, attached. */
struct published_text {
	char file[CRYPTO_DIGEST_LEN + 1]; /* as above */
	size_t len;
	char text[];
};

/* Nothing is shared yet. */
void published_open(struct published *p, const char *path);
void published_close(struct published *p);

/* What is the newest now: to be asked before the file is read. 0: nothing, or no shared memory. */
uint64_t published_ask(struct published *p);

/* Publishes a text that was read after published_ask gave `before`; it is copied.
 *
 * PUBLISHED_FINE: *out is a shared copy of it, perhaps of another process; release it.
 * PUBLISHED_OUTDATED: another process published meanwhile, perhaps a later version; read again.
 * PUBLISHED_NONE: there is no shared memory, and nobody else will see this text. */
enum published_result { PUBLISHED_FINE, PUBLISHED_OUTDATED, PUBLISHED_NONE };
enum published_result published_put(struct published *p, uint64_t before, const char *text,
				    size_t len, const struct published_text **out);

/* Whether the text that was handed out last is the newest still. */
bool published_holds_newest(struct published *p);

/* The newest; release it. NULL: nobody has a good version any more, or there is no shared memory. */
const struct published_text *published_get(struct published *p);

/* NULL is fine. */
void published_release(const struct published_text *text);

#endif
