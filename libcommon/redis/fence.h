/* fence: what must be true of a server before its answer counts: it can write, and it has not been
 * replaced. The functions that end in _passed take the replies to what the others queue. That its
 * replicas have what it wrote: redis_replicated. */
#ifndef SSA_FENCE_H
#define SSA_FENCE_H

#include <stdbool.h>
#include <stddef.h>

struct redis;

/* Queues a write that changes nothing, but fails whenever writes fail: read-only, out of memory,
 * disk full, too few replicas, no permission. redis_done takes its reply. `tag`: see tag.h. */
void fence_probe(struct redis *r, const char *tag);

/* The same, but it does not need memory: while Redis is full, tickets can be used and ended. */
void fence_master(struct redis *r, const char *tag);

/* Whether one of the servers to which the programs write, at least, answers reads (fence_master).
 * Then this node can serve a part of the users. It needs a round trip of its own. */
bool fence_any(struct redis *r);

/* Queues fence_master if the server may have been replaced. A master that was replaced, but does
 * not know it yet, still answers reads from its old data, and even says that it is the master. Its
 * writes fail at once if min-replicas-to-write is set. So with Sentinel or a cluster nothing that
 * was read counts unless the write before it succeeded. */
void fence_read(struct redis *r, const char *tag);
bool fence_read_passed(struct redis *r);

#endif
