/* link: one connection to one Redis server, or to one sentinel, and its deadlines. The socket is
 * our own and not hiredis's, because hiredis 0.14 calls getaddrinfo even for 127.0.0.1 and limits
 * each read, not each command. A failure closes the connection: if it stayed open after a timeout,
 * the late answer would be taken for the answer to the next command. */
#ifndef SSA_LINK_H
#define SSA_LINK_H

#include <stdbool.h>
#include <stddef.h>

struct link;
struct redis_server;
struct redisReply; /* see resp.h */

enum {
	LINK_CONNECT_MS = 200,
	LINK_REPLIES_MAX_BYTES = 1 << 20, /* all replies of a batch; more is a fault */
	LINK_REST_MS = 200,
	LINK_UNUSED_MS = 1000,
};

/* The terms of each connection, of which it begins with user, password and database. The texts must
 * live as long as the link. */
struct link_terms {
	const char *user, *password, *db; /* "" for none */
	int answer_ms; /* the limit for a batch's first reply byte, and from there to its last */
	bool master;   /* the server must say that it is a master (ROLE) */
	bool patient;  /* there are other servers: one that gave no answer in time is not tried
			* again for LINK_REST_MS, so that requests do not queue up before it;
			* and a connection that was not used for LINK_UNUSED_MS is not used again */
};

/* NULL: no memory. `l` may be NULL in link_free. */
struct link *link_new(const struct link_terms *terms);
void link_free(struct link *l);

/* Connects, and sends the greeting without waiting for its replies. false: link_error() says
 * why. */
bool link_open(struct link *l, const struct redis_server *server);
void link_close(struct link *l);

/* Whether it is connected. A connection that owes replies is closed: they must not be read as
 * replies of the next batch. So is one that was unused for too long. If its server has been cut off
 * or replaced since, nobody would tell: the next batch would get no answer, and may not be
 * repeated. A new connection fails soon, before anything was sent. */
bool link_is_usable(struct link *l);

/* Sends a batch of `commands`. The connection must be usable. */
bool link_send(struct link *l, const char *bytes, size_t len, unsigned commands);

/* The number of replies still to come. */
unsigned link_pending(const struct link *l);

/* Takes the next reply, which may be an error reply. It is valid until the next one is taken, or
 * the link is closed. NULL: the server failed, the connection is closed, and link_error() says
 * why. */
const struct redisReply *link_next(struct link *l);

/* Gives the reply that link_next returned last to the caller, who frees it with resp_free. */
struct redisReply *link_keep(struct link *l);

/* After a failure. link_was_dead: the connection had been idle, and ended before the server
 * answered anything, so the server had closed it before. link_not_master: the server said that it
 * is no master, so it did no write. In both cases the batch may be sent once more, on a new
 * connection. */
bool link_was_dead(const struct link *l);
bool link_not_master(const struct link *l);

/* The last failure, as one line for the log. link_fail makes one that the owner found. */
const char *link_error(const struct link *l);
bool link_fail(struct link *l, const char *doing, const char *why);

#endif
