/* readiness: whether Redis can do what a login does. It sends the commands of a login, and so finds
 * one that is unknown, renamed or forbidden before somebody logs in. Their key never exists, so
 * nothing is written, not even to the append-only file. */
#ifndef SSA_READINESS_H
#define SSA_READINESS_H

#include <stdbool.h>

struct redis;

struct readiness {
	unsigned asked, answered; /* commands */
};

/* Queues the commands, for each server to which the programs write. When the batch has run,
 * readiness_passed returns true if all were done. If not, redis_error() says why and names the
 * command. Whether replicas have what is written is another question (redis_replicated). */
void readiness_ask(struct redis *r, struct readiness *ready);
bool readiness_passed(const struct readiness *ready);

/* Queues a write that changes nothing, but fails whenever writes fail: read-only, out of memory,
 * disk full, too few replicas, no permission. */
void readiness_ask_write(struct redis *r, const char *tag);

/* Whether at least one server to which the programs write answers reads, so that this node can
 * serve some users. It runs a batch. */
bool readiness_any(struct redis *r);

/* Tries each command of the service, and lists those that Redis refuses by NOPERM, in the words of
 * an ACL, such as "+zadd +wait". Returns false if none is refused. */
enum { READINESS_RIGHTS_SIZE = 512 };
bool readiness_lacks_rights(struct redis *r, char words[static READINESS_RIGHTS_SIZE]);

/* Whether Redis refuses SCAN by NOPERM, which only session_list.h needs. */
bool readiness_lacks_scan(struct redis *r);

#endif
