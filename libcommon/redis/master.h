/* master: the one server that has all keys: the Redis of the URL, or the master that Sentinel
 * names. It sends the batches of redis.h and takes their replies. */
#ifndef SSA_MASTER_H
#define SSA_MASTER_H

#include <stdbool.h>
#include <stddef.h>

struct link_terms;
struct master;
struct redis_url;
struct redisReply;

#define MASTER_TAG "all" /* a tag whose keys it has */

/* `url`, `terms` and `error` must live longer than the result. `error` has REPLICATION_WHY_SIZE
 * bytes and gets the first failure of a batch, as one line. Returns NULL if memory ran out. `m` may
 * be NULL in master_free. */
struct master *master_new(const struct redis_url *url, const struct link_terms *terms, char *error);
void master_free(struct master *m);

/* Connects if needed, and sends a batch of `commands`. The bytes must stay until all replies are
 * taken. `once`: see redis_run_on. */
bool master_send(struct master *m, const char *bytes, size_t len, unsigned commands, bool once);

/* Returns the reply to the next command, which the caller frees. NULL: the command failed. Call it
 * for each command of the batch. */
struct redisReply *master_next(struct master *m);

unsigned long master_changes(const struct master *m); /* see redis_changes */

/* See redis_begin and redis_replicated. `number`: of replicas, or 0 for all that could be
 * promoted. */
void master_begin_request(struct master *m);
bool master_replicated(struct master *m, unsigned number);

/* See redis_fault_of_sentinels. */
const char *master_fault_of_sentinels(struct master *m);

#endif
