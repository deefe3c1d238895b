/* redis: the store, as all other modules see it. It is one Redis, the master that the sentinels
 * name, or a cluster. The rest of the program does not see which.
 *
 * Commands are queued and sent in one write. Then their replies are taken in the same order, with
 * the functions of resp.h:
 *
 *   redis_command(r, "GET", key, NULL);
 *   if (!redis_send(r))
 *           return RESULT_UNAVAILABLE;
 *   ... work that needs no reply ...
 *   reply = redis_next(r);
 *
 * In a cluster a command goes to the node that has its key, and one without a key to the node of
 * the command before. So the replies of all commands of a batch must be taken, even if one of them
 * is a failure: the others may come from other nodes. */
#ifndef SSA_REDIS_H
#define SSA_REDIS_H

#include "redis/tag.h"

#include <stdbool.h>
#include <stddef.h>

struct redis;
struct redis_url;
struct redisReply; /* see resp.h */

enum { REDIS_ANSWER_MS = 500 }; /* to a batch's first reply byte, and from there to its last */

/* Makes no connection yet. `url` must live longer than the result. `replicas`: SSA_REDIS_WAIT, see
 * redis_replicated; CONFIG_WAIT_ALL: all that could be promoted.
 * NULL: no memory. */
struct redis *redis_new(const struct redis_url *url, unsigned replicas);
void redis_free(struct redis *r);

/* Queues a command: its name and its arguments, which are strings up to a NULL. Each string is one
 * argument whatever it contains, so nothing that a user sends can become a command. */
void redis_command(struct redis *r, const char *name, ...) __attribute__((sentinel));

/* Forgets the queued commands, for a batch that could not be queued completely. */
void redis_drop(struct redis *r);

/* Connects if needed and sends the queued commands. false: redis_error() says why. If the
 * connection was idle and turns out to be dead before it answered anything, the batch is sent once
 * more on a new connection. So the first batch of a request must be one that may run twice. */
bool redis_send(struct redis *r);

/* Like redis_send, but it uses only the connection that answered the batch before, and sends only
 * once. It is for commands that follow a WATCH. */
bool redis_send_on(struct redis *r);

/* The number of times that the other side has changed: that a connection was made, or that a
 * cluster sent a command to another node. If it is the same as before, the same process of Redis
 * has answered, so a cursor of it is still valid. */
unsigned long redis_changes(const struct redis *r);

/* Returns the next reply of the batch. It is valid until the next reply is taken or the next batch
 * is sent. NULL: Redis failed, and redis_error() says why. An error reply (-ERR, -OOM, -READONLY …)
 * is a failure too. */
const struct redisReply *redis_next(struct redis *r);

/* Takes so many replies, of which only success matters. false: as NULL from redis_next. */
bool redis_done(struct redis *r, size_t replies);

/* True with Sentinel and in a cluster: the server that answers may have been replaced. */
bool redis_is_replaceable(const struct redis *r);

/* redis_begin begins a request. redis_replicated tells whether all that was answered since then, or
 * since the last time, is in the memory of enough replicas (SSA_REDIS_WAIT): as a rule of every one
 * that could be promoted, so that no failover undoes it. All replies must have been taken. It needs
 * round trips of its own, and writes ssa:{TAG}:fence. If SSA_REDIS_WAIT is 0, it is true at once.
 * false: Redis failed, or too few replicas have it in time, or that cannot be known. What was
 * written stays written. */
void redis_begin(struct redis *r);
bool redis_replicated(struct redis *r);

/* With Sentinel: why the sentinels would not replace the master, if they would not, in static
 * storage. Otherwise NULL. */
const char *redis_fault_of_sentinels(struct redis *r);

/* redis_ask_time queues the question for Redis's time. redis_time takes the reply: *now_us is in
 * microseconds since 1970. false: Redis failed. */
void redis_ask_time(struct redis *r);
bool redis_time(struct redis *r, long long *now_us);

/* redis_find_masters finds all servers to which the programs write: 1, or the masters of a cluster,
 * which are asked for. *whole is false if Redis failed, or a part of the cluster has no master.
 * redis_master_tag gives a tag whose keys the i-th of them has. */
size_t redis_find_masters(struct redis *r, bool *whole);
void redis_master_tag(const struct redis *r, size_t i, char tag[static TAG_LEN + 1]);

/* The commands after this are done only when all before it are done. One Redis works in this order
 * anyway. In a cluster, some commands of a batch may be sent on to another node, and so be done
 * after those that follow them. */
void redis_barrier(struct redis *r);

/* The last failure, as one line for the log. redis_fault makes one that the caller found, and
 * returns false. */
const char *redis_error(const struct redis *r);
bool redis_fault(struct redis *r, const char *why);

#endif
