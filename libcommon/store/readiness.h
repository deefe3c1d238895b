/* readiness: whether Redis can do what a login does. It is asked with the commands of a login, so a
 * command that is unknown, renamed or forbidden to the user is found before somebody logs in. The
 * key is one that is never made, so nothing is written, not even to the append-only file. */
#ifndef SSA_READINESS_H
#define SSA_READINESS_H

#include <stdbool.h>
#include <stddef.h>

struct redis;

/* readiness_ask queues the commands for each server to which the programs write, and returns a
 * number that readiness_passed takes. false: Redis failed, or a part of the cluster has no master;
 * redis_error() says why, and names the command. That replicas have what is written is another
 * question (redis_replicated). */
size_t readiness_ask(struct redis *r);
bool readiness_passed(struct redis *r, size_t replies);

#endif
