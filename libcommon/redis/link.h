/* link: one connection to a Redis server or a sentinel, with its deadlines. The socket is not
 * hiredis's, because hiredis 0.14 calls getaddrinfo even for 127.0.0.1 and limits each read, not
 * each command. A failure closes the connection: after a timeout, a late reply would pass for the
 * reply to the next command. */
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

/* What holds for each connection. The texts must live as long as the link. */
struct link_terms {
	const char *user, *password, *db; /* "" for none */
	int answer_ms; /* to the first byte of the replies, and from there to the last */
	bool master;   /* the server must say that it is a master (ROLE) */
	bool patient;  /* there are other servers: after a timeout, this one is left alone for
			* LINK_REST_MS, so that requests do not queue up before it; a connection
			* that was idle for LINK_UNUSED_MS is not used again */
};

/* Returns NULL if memory ran out. `l` may be NULL in link_free. */
struct link *link_new(const struct link_terms *terms);
void link_free(struct link *l);

/* Connects and sends the greeting (AUTH, SELECT, ROLE), without waiting for the replies. false:
 * link_error() says why. */
bool link_open(struct link *l, const struct redis_server *server);
void link_close(struct link *l);

/* Whether it is connected. It closes a connection that owes replies, because they would pass for
 * replies of the next batch, and one that was idle for too long: if its server was cut off
 * meanwhile, the next batch would get no answer, and must not be repeated. A new connection fails
 * before anything is sent. */
bool link_is_usable(struct link *l);

/* Sends a batch of `commands`. The connection must be usable. */
bool link_send(struct link *l, const char *bytes, size_t len, unsigned commands);

/* The number of replies still to come. */
unsigned link_pending(const struct link *l);

/* Returns the next reply, which may be an error reply. It is valid until the next one is taken or
 * the link is closed. NULL: the server failed, and the connection is closed; link_error() says
 * why. */
const struct redisReply *link_next(struct link *l);

/* Returns the same reply as link_next did. The caller owns it and frees it with resp_free. */
struct redisReply *link_keep(struct link *l);

/* After a failure: the server had closed an idle connection before (link_was_dead), or said that it
 * is no master (link_not_master). In both cases it did nothing, and the batch may be sent again, on
 * a new connection. */
bool link_was_dead(const struct link *l);
bool link_not_master(const struct link *l);

/* Whether it got no answer in time, and could not connect since. For `patient` links only. */
bool link_is_late(const struct link *l);

/* The last failure, one line for the log. link_fail closes the link, sets the failure, and returns
 * false. */
const char *link_error(const struct link *l);
bool link_fail(struct link *l, const char *doing, const char *why);

#endif
