/* cluster: sends the batches of redis.h to the nodes of a Redis Cluster, and puts the replies back
 * in order. Each command is done once: if a node says that another one has the slot (MOVED, ASK),
 * only the commands that it refused are sent on, in their order. */
#ifndef SSA_CLUSTER_H
#define SSA_CLUSTER_H

#include "redis/tag.h"

#include <stdbool.h>
#include <stddef.h>

struct cluster;
struct link_terms;
struct redis_url;
struct redisReply;

/* `url`, `terms` and `error` must live longer than the result. `error` has REPLICATION_WHY_SIZE
 * bytes and gets the last failure, as one line. Returns NULL if memory ran out. `c` may be NULL in
 * cluster_free. */
struct cluster *cluster_new(const struct redis_url *url, const struct link_terms *terms,
			    char *error);
void cluster_free(struct cluster *c);

/* cluster_begin begins a batch. cluster_add adds a command that ends at `end` in the bytes of the
 * batch; `argument` is the first one, or NULL. cluster_barrier: see redis_barrier. */
void cluster_begin(struct cluster *c);
void cluster_add(struct cluster *c, const char *argument, size_t end);
void cluster_barrier(struct cluster *c);

/* Sends the batch. `bytes` must stay until all replies are taken. `once`: see redis_run_on. Returns
 * false if memory ran out; other failures show in the replies. */
bool cluster_send(struct cluster *c, const char *bytes, bool once);

/* Returns the reply to the next command, which the caller frees. NULL: the command failed. */
struct redisReply *cluster_next(struct cluster *c);

unsigned long cluster_changes(const struct cluster *c); /* see redis_changes */

/* See redis_find_masters and redis_master_tag. */
unsigned cluster_masters(struct cluster *c, bool *whole);
void cluster_tag(const struct cluster *c, size_t i, char tag[static TAG_LEN + 1]);

/* See redis_begin and redis_replicated. `number`: of replicas, or 0 for all that could be
 * promoted. */
void cluster_begin_request(struct cluster *c);
bool cluster_replicated(struct cluster *c, unsigned number);

#endif
