/* redis: the store, as all other modules see it. It is one Redis, the master that the sentinels
 * name, or a cluster. The rest of the program does not see which.
 *
 * A command is queued together with what takes its reply. All that is queued goes out in one write,
 * and then each reply goes where it belongs:
 *
 *   redis_command(r, "DEL", key, NULL);
 *   redis_ask(r, redis_take_number, &left_s, "TTL", key, NULL);
 *   if (!redis_run(r))
 *           return RESULT_UNAVAILABLE;
 *
 * In a cluster a command goes to the node that has its key, and one without a key to the node of
 * the command before. */
#ifndef SSA_REDIS_H
#define SSA_REDIS_H

#include "redis/tag.h"

#include <stdbool.h>
#include <stddef.h>

struct redis;
struct redisReply; /* see resp.h */

enum { REDIS_ANSWER_MS = 500 }; /* to a batch's first reply byte, and from there to its last */

/* Makes no connection yet. `url`: REDIS_URL, see redis_url.h. `replicas`: SSA_REDIS_WAIT, see
 * redis_replicated. CONFIG_WAIT_UNSET: all that could be promoted, where a server may be replaced.
 * NULL: *fault says what is wrong with the URL, in static storage, or is NULL if memory ran out. */
struct redis *redis_new(const char *url, unsigned replicas, const char **fault);
void redis_free(struct redis *r);

/* Before the first use: takes the server that listens on this Unix socket in place of the one in
 * the URL. false: the path is too long. */
bool redis_use_socket(struct redis *r, const char *path);

/* Writes which Redis it is, without a password, and returns `name`. */
enum { REDIS_NAME_SIZE = 600 };
const char *redis_name(const struct redis *r, char name[static REDIS_NAME_SIZE]);

/* Takes a reply, which is never an error reply (-ERR, -OOM, -READONLY …). It is valid during the
 * call. Nothing may be queued meanwhile. false: Redis does not answer like this. If the command
 * fails, this is not called, so `into` must say beforehand what a failure means. */
typedef bool redis_take(void *into, const struct redisReply *reply);

/* Queues a command: its name and its arguments, which are strings up to a NULL. Each string is one
 * argument whatever it contains, so nothing that a user sends can become a command. Of the reply
 * to redis_command, only success matters. */
void redis_command(struct redis *r, const char *name, ...) __attribute__((sentinel));
void redis_ask(struct redis *r, redis_take *take, void *into, const char *name, ...)
    __attribute__((sentinel));

/* Take a whole number into a long long; or the reply itself into a struct redisReply *, which the
 * caller frees with resp_free. */
redis_take redis_take_number, redis_keep;

/* Queues the question for Redis's time, in microseconds since 1970. */
void redis_ask_time(struct redis *r, long long *now_us);

/* Makes the reply to the next command count only if the server is the master of the tag's keys. A
 * master that was replaced, but does not know it yet, still answers reads from its old data, and
 * even says that it is the master. Its writes fail at once if min-replicas-to-write is set. So with
 * Sentinel or a cluster, this queues a write that changes nothing and needs no memory. */
void redis_guard(struct redis *r, const char *tag);

/* The commands after this are done only when all before it are done. One Redis works in this order
 * anyway. In a cluster, some commands of a batch may be sent on to another node, and so be done
 * after those that follow them. */
void redis_barrier(struct redis *r);

/* Forgets the queued commands. */
void redis_drop(struct redis *r);

/* Sends what is queued, if anything is, and takes all replies. false: at least one command failed,
 * and redis_error() names the first. If the connection was idle and turns out to be dead before it
 * answered anything, the batch is sent once more on a new connection. So the first batch of a
 * request must be one that may run twice. */
bool redis_run(struct redis *r);

/* The two halves of redis_run, between which there can be other work. If redis_send fails,
 * redis_finish does, too. */
bool redis_send(struct redis *r);
bool redis_finish(struct redis *r);

/* Like redis_run, but it uses only the connection that answered the batch before, and sends only
 * once. It is for commands that follow a WATCH. */
bool redis_run_on(struct redis *r);

/* The number of times that the other side has changed: that a connection was made, or that a
 * cluster sent a command to another node. If it is the same as before, the same process of Redis
 * has answered, so a cursor of it is still valid. */
unsigned long redis_changes(const struct redis *r);

/* True with Sentinel and in a cluster: the server that answers may have been replaced. */
bool redis_is_replaceable(const struct redis *r);

/* redis_begin begins a request. redis_replicated tells whether all that was answered since then, or
 * since the last time, is in the memory of enough replicas (SSA_REDIS_WAIT): as a rule of every one
 * that could be promoted, so that no failover undoes it. It needs round trips of its own, and
 * writes ssa:{TAG}:fence. If SSA_REDIS_WAIT is 0, it is true at once. false: Redis failed, or too
 * few replicas have it in time, or that cannot be known. What was written stays written. */
void redis_begin(struct redis *r);
bool redis_replicated(struct redis *r);

/* The commands that this module sends for itself, beside those that are queued, with the words of
 * an ACL that allow them. Returns the first of *count. */
struct redis_right {
	const char *word, *command[10];
};
const struct redis_right *redis_rights(const struct redis *r, size_t *count);

/* With Sentinel: why the sentinels would not replace the master, if they would not, in static
 * storage. Otherwise NULL. */
const char *redis_fault_of_sentinels(struct redis *r);

/* redis_find_masters finds all servers to which the programs write: 1, or the masters of a cluster,
 * which are asked for. *whole is false if Redis failed, or a part of the cluster has no master.
 * redis_master_tag gives a tag whose keys the i-th of them has. */
size_t redis_find_masters(struct redis *r, bool *whole);
void redis_master_tag(const struct redis *r, size_t i, char tag[static TAG_LEN + 1]);

/* The last failure, as one line for the log. redis_fault makes one that the caller found, and
 * returns false. */
const char *redis_error(const struct redis *r);
bool redis_fault(struct redis *r, const char *why);

#endif
