/* redis: the store, as all other modules see it: one Redis, the master that Sentinel names, or a
 * cluster. The rest of the program does not see which.
 *
 * A caller queues each command with the function that takes its reply, and runs the batch. All
 * commands go out in one write:
 *
 *   redis_command(r, "DEL", key, NULL);
 *   redis_ask(r, redis_take_number, &left_s, "TTL", key, NULL);
 *   if (!redis_run(r))
 *           return RESULT_UNAVAILABLE;
 *
 * In a cluster, a command goes to the node that has its key. A command without a key goes to the
 * node of the command before it. */
#ifndef SSA_REDIS_H
#define SSA_REDIS_H

#include "redis/tag.h"

#include <stdbool.h>
#include <stddef.h>

struct redis;
struct redisReply; /* see resp.h */

enum { REDIS_ANSWER_MS = 500 }; /* to the first byte of the replies, and from there to the last */

/* Makes no connection yet. `url`: REDIS_URL, see redis_url.h. `replicas`: SSA_REDIS_WAIT, or
 * CONFIG_WAIT_UNSET for every replica that could be promoted; see redis_replicated. Returns NULL if
 * the URL is wrong (*fault says why, in static storage) or if memory ran out (*fault is NULL). */
struct redis *redis_new(const char *url, unsigned replicas, const char **fault);
void redis_free(struct redis *r);

/* Before the first use: replaces the server of the URL with the one that listens on this Unix
 * socket. Returns false if the path is too long. */
bool redis_use_socket(struct redis *r, const char *path);

/* Writes the address of Redis for people, without the password. Returns `name`. */
enum { REDIS_NAME_SIZE = 600 };
const char *redis_name(const struct redis *r, char name[static REDIS_NAME_SIZE]);

/* Takes a reply, which is valid during the call only. It must queue no command. It returns false if
 * Redis never sends such a reply. It is not called for an error reply (-ERR, -OOM …) or if Redis
 * fails, so the caller first sets *into to what that means. */
typedef bool redis_take(void *into, const struct redisReply *reply);

/* Queue a command: its name and its arguments, strings up to a NULL. Each string is one argument,
 * whatever it contains, so nothing that a user sends can become a command. redis_command is for
 * commands of which only success matters. */
void redis_command(struct redis *r, const char *name, ...) __attribute__((sentinel));
void redis_ask(struct redis *r, redis_take *take, void *into, const char *name, ...)
    __attribute__((sentinel));

/* redis_take_number writes a whole number into a long long. redis_keep writes the reply itself into
 * a struct redisReply *, which the caller frees with resp_free. */
redis_take redis_take_number, redis_keep;

/* Queues TIME. *now_us is in microseconds since 1970. */
void redis_ask_time(struct redis *r, long long *now_us);

/* The next command succeeds only if the server is the master of the tag's keys. A master that was
 * replaced and does not know it yet still answers reads, from old data. Its writes fail, if
 * min-replicas-to-write is set. With Sentinel or a cluster, this therefore queues a write that
 * changes nothing and needs no memory. */
void redis_guard(struct redis *r, const char *tag);

/* The commands after this are done when all before it are done. A cluster would otherwise do some
 * of them later, because it sends them on to another node. */
void redis_barrier(struct redis *r);

/* Forgets the queued commands. */
void redis_drop(struct redis *r);

/* Sends what is queued, if anything, and takes all replies. Returns false if a command failed;
 * redis_error() is about the first one. If an idle connection turns out to be dead, the batch is
 * sent again on a new one. The first batch of a request must therefore be able to run twice. */
bool redis_run(struct redis *r);

/* The two halves of redis_run, for work between them. If redis_send fails, redis_finish fails. */
bool redis_send(struct redis *r);
bool redis_finish(struct redis *r);

/* Like redis_run, but only on the connection of the batch before, for commands after a WATCH. */
bool redis_run_on(struct redis *r);

/* Counts new connections, and commands that a cluster sent on to another node. While the number
 * stays the same, the same process of Redis answers, and its cursors are valid. */
unsigned long redis_changes(const struct redis *r);

/* True with Sentinel and in a cluster: another server may have replaced the one that answers. */
bool redis_is_replaceable(const struct redis *r);

/* redis_begin begins a request. redis_replicated returns true if everything that was answered since
 * then, or since the last call, is in the memory of enough replicas (SSA_REDIS_WAIT): by default of
 * each that could be promoted, so that no failover undoes it. It asks Redis and writes
 * ssa:{TAG}:fence, unless SSA_REDIS_WAIT is 0. It returns false if too few replicas have it in
 * time, or if that is not known. What was written stays written. */
void redis_begin(struct redis *r);
bool redis_replicated(struct redis *r);

/* The commands that this folder sends on its own account, with the words of an ACL that allow them.
 * Returns the first of *count. */
struct redis_right {
	const char *word, *command[10];
};
const struct redis_right *redis_rights(const struct redis *r, size_t *count);

/* With Sentinel: why the sentinels could not replace the master, in static storage. NULL: they
 * could. */
const char *redis_fault_of_sentinels(struct redis *r);

/* redis_find_masters returns the number of servers to which the programs write: 1, or the masters
 * of a cluster, which it asks for. *whole is false if that failed, or if a part of the cluster has
 * no master. redis_master_tag writes a tag whose keys the i-th one has. */
size_t redis_find_masters(struct redis *r, bool *whole);
void redis_master_tag(const struct redis *r, size_t i, char tag[static TAG_LEN + 1]);

/* The last failure, one line for the log. redis_fault sets it for a caller that found a fault
 * itself, and returns false. */
const char *redis_error(const struct redis *r);
bool redis_fault(struct redis *r, const char *why);

#endif
