/* cluster: sends the batches of redis.h to the nodes of a Redis Cluster, and puts their replies
 * back in order. A command goes to the node that has the slot of its key, one without a key to that
 * of the command before. Each command is done once: where a node says that another one has the slot
 * (MOVED, ASK), only the commands that it refused are sent on, in their order. */
#ifndef SSA_CLUSTER_H
#define SSA_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

struct cluster;
struct link_terms;
struct shards;
struct redis_url;
struct redisReply;

/* `url`, `terms` and `error` must live longer than the result. The last failure is written into
 * `error`, which has CLUSTER_ERROR_SIZE bytes, as one line. NULL: no memory. `c` may be NULL in
 * cluster_free. */
enum { CLUSTER_ERROR_SIZE = 200 };
struct cluster *cluster_new(const struct redis_url *url, const struct link_terms *terms,
			    char *error);
void cluster_free(struct cluster *c);

/* cluster_begin begins a batch. cluster_add adds a command, which ends at `end` in the bytes of the
 * batch; `argument` is its first one, or NULL. cluster_barrier: see redis_barrier. */
void cluster_begin(struct cluster *c);
void cluster_add(struct cluster *c, const char *argument, size_t end);
void cluster_barrier(struct cluster *c);

/* Sends the batch. `bytes` must stay until all replies are taken. `once`: see redis_send_on. false:
 * no memory. Other failures show in the replies. */
bool cluster_send(struct cluster *c, const char *bytes, bool once);

/* Takes the next reply. NULL: this command failed. */
const struct redisReply *cluster_next(struct cluster *c);

unsigned long cluster_changes(const struct cluster *c); /* see redis_changes */

/* The map of slots. `first`, if it is not NULL, becomes the number of the node that did the first
 * command of the batch, whose reply must have been taken. */
struct shards *cluster_map(struct cluster *c, unsigned *first);

#endif
