/* redis: one connection to Redis, its deadlines and its replies. The only room that knows hiredis,
 * of which it uses the protocol (formatting, reading); the socket is our own, because hiredis 0.14
 * calls getaddrinfo even for 127.0.0.1 and limits each read, not each command.
 *
 * Commands are queued, sent in one write, and their replies taken in the same order:
 *
 *   redis_command(r, "GET", key, NULL);
 *   if (!redis_send(r))
 *           return RESULT_UNAVAILABLE;
 *   ... work that needs no reply ...
 *   reply = redis_next(r);
 */
#ifndef SSA_REDIS_H
#define SSA_REDIS_H

#include <stdbool.h>
#include <stddef.h>

struct redis;
struct redis_url;
struct redisReply; /* hiredis's; read it through the functions below */

enum {
	REDIS_CONNECT_MS = 200,
	REDIS_COMMAND_MS = 500,          /* to a batch's first byte, and from there to its last */
	REDIS_REPLY_MAX_BYTES = 1 << 20, /* a batch's replies; more is a fault */
	REDIS_ARRAY_MAX = 4096,          /* elements of an array reply; more is a fault */
	REDIS_DEPTH_MAX = 7,             /* arrays in arrays; more is a fault */
	REDIS_ARGUMENTS_MAX = 10,        /* of a command, its name included */
};

/* No connection is made yet. `url` must outlive it. NULL: no memory. */
struct redis *redis_new(const struct redis_url *url);
void redis_free(struct redis *r);

/* Queues a command: its name and its arguments, strings up to a NULL. Each is one argument whatever it holds,
 * so nothing a user sends can become a command. */
void redis_command(struct redis *r, const char *name, ...) __attribute__((sentinel));

/* Forgets what is queued, if some of a batch could not be. */
void redis_drop(struct redis *r);

/* Connects where needed and sends what is queued. false: redis_error() says why.
 * A batch on a connection that was idle is sent once more on a new one if the old turns out to be
 * dead before it answered anything; so the first batch of a request must be one that may run twice.
 */
bool redis_send(struct redis *r);

/* As redis_send, but only on the connection that answered the batch before, and once: for what
 * follows a WATCH, or a cursor. */
bool redis_send_on(struct redis *r);

/* The next reply of the batch; it lives until the next one is taken or sent for. NULL: Redis failed, the
 * connection is closed, redis_error() says why. An error reply (-ERR, -OOM, -READONLY …) is a
 * failure too. */
const struct redisReply *redis_next(struct redis *r);

/* Takes a reply that only has to be no error. */
bool redis_done(struct redis *r);

/* Queues a write that changes nothing and fails when writes fail: read-only, out of memory, disk
 * full, too few replicas, no permission. Take it with redis_done. */
void redis_probe(struct redis *r);

/* Queues and takes Redis's time in Unix seconds. false: Redis failed. */
void redis_ask_time(struct redis *r);
bool redis_time(struct redis *r, long long *now);

/* false where the reply is of another type. */
bool redis_is_nil(const struct redisReply *reply);
bool redis_text(const struct redisReply *reply, const char **text, size_t *len);
bool redis_number(const struct redisReply *reply, long long *number); /* also digits in a string */
size_t redis_count(const struct redisReply *reply); /* elements of an array, else 0 */
const struct redisReply *redis_element(const struct redisReply *reply, size_t i);

/* The last failure, one line, for the log. */
const char *redis_error(const struct redis *r);

#endif
