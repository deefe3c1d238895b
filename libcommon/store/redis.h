/* redis: one connection to Redis and its deadlines. The protocol is in resp.h, and so are the
 * functions that read a reply. The socket is our own and not hiredis's, because hiredis 0.14 calls
 * getaddrinfo even for 127.0.0.1 and limits each read, not each command.
 *
 * Commands are queued and sent in one write. Then their replies are taken in the same order:
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
struct redisReply; /* see resp.h */

enum {
	REDIS_CONNECT_MS = 200,
	REDIS_COMMAND_MS = 500,          /* to a batch's first reply byte, and then to its last */
	REDIS_REPLY_MAX_BYTES = 1 << 20, /* all replies of a batch; more is a fault */
};

/* Makes no connection yet. `url` must live longer than the result. NULL: no memory. */
struct redis *redis_new(const struct redis_url *url);
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

/* The number of connections that were made so far. If it did not change, the same process of Redis
 * has answered, so a cursor of it is still valid. */
unsigned long redis_connections(const struct redis *r);

/* Returns the next reply of the batch. It is valid until the next reply is taken or the next batch
 * is sent. NULL: Redis failed, the connection is closed, and redis_error() says why. An error reply
 * (-ERR, -OOM, -READONLY …) is a failure too. */
const struct redisReply *redis_next(struct redis *r);

/* Takes so many replies, of which only success matters. false: as NULL from redis_next. */
bool redis_done(struct redis *r, size_t replies);

/* Queues a write that changes nothing, but fails whenever writes fail: read-only, out of memory,
 * disk full, too few replicas, no permission. redis_done takes its reply. `tag`: see keys.h. */
void redis_probe(struct redis *r, const char *tag);

/* redis_probe_all queues a probe of each server to which the programs write. redis_probed_all takes
 * the replies. false: as NULL from redis_next. */
void redis_probe_all(struct redis *r);
bool redis_probed_all(struct redis *r);

/* redis_ask_time queues the question for Redis's time. redis_time takes the reply: *now is in Unix
 * seconds. false: Redis failed. */
void redis_ask_time(struct redis *r);
bool redis_time(struct redis *r, long long *now);

/* The last failure, as one line for the log. */
const char *redis_error(const struct redis *r);

#endif
