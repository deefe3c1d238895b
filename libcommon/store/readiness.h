/* readiness: whether Redis can do what a login does. It is asked with the commands of a login, so a
 * command that is unknown, renamed or forbidden to the user is found before somebody logs in. The
 * key is one that is never made, so nothing is written, not even to the append-only file. */
#ifndef SSA_READINESS_H
#define SSA_READINESS_H

#include <stdbool.h>

struct redis;

struct readiness {
	unsigned asked, answered; /* commands */
};

/* Queues the commands for each server to which the programs write. When they have run,
 * readiness_passed tells whether all were done. false: redis_error() says why, and names the
 * command; or a part of the cluster has no master. That replicas have what is written is another
 * question (redis_replicated). */
void readiness_ask(struct redis *r, struct readiness *ready);
bool readiness_passed(const struct readiness *ready);

/* Queues a write that changes nothing, but fails whenever writes fail: read-only, out of memory,
 * disk full, too few replicas, no permission. `tag`: see tag.h. */
void readiness_ask_write(struct redis *r, const char *tag);

/* Whether at least one of the servers to which the programs write answers reads. Then this node can
 * serve a part of the users. It runs a batch. */
bool readiness_any(struct redis *r);

/* Tries each command of the service, and lists those that Redis refuses by NOPERM as the words of
 * an ACL that are missing, such as "+zadd +wait". Returns false if none is refused.
 * docs/operating.md and examples/ have the line of the user for each kind of store. */
enum { READINESS_RIGHTS_SIZE = 512 };
bool readiness_lacks_rights(struct redis *r, char words[static READINESS_RIGHTS_SIZE]);

/* Whether Redis refuses SCAN by NOPERM. The service does without, session_list.h does not. */
bool readiness_lacks_scan(struct redis *r);

#endif
