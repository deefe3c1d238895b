/* replication: whether every replica that could be promoted has what a server has written.
 *
 * WAIT alone does not tell: it counts replicas without naming them, and on a connection that has
 * written nothing it answers at once (Redis 8). The question therefore is a real write, ROLE (how
 * far the server is), WAIT, and ROLE again (how far each replica is). */
#ifndef SSA_REPLICATION_H
#define SSA_REPLICATION_H

#include "redis/redis_url.h"

#include <stdbool.h>

struct link;

enum { REPLICATION_SERVERS_MAX = 32, REPLICATION_WHY_SIZE = 320 };

/* What a write has to reach: `number` replicas; or, if that is 0, each server of this list and each
 * replica that the server itself names, unless it is spared. */
struct replication {
	unsigned number;
	struct replication_server {
		struct redis_server server;
		bool spared; /* nobody would promote it, so nobody waits for it */
	} at[REPLICATION_SERVERS_MAX];
	unsigned count;
	bool too_many; /* the list is full, and one is missing */
};

/* Adds a server. If it is there already, it is spared only if both are. */
void replication_add(struct replication *n, const struct redis_server *server, bool spared);

/* replication_ask sends the question to the server. The link must be usable; `tag` is one whose
 * keys the server has. replication_take takes the answer, and asks again while there is time,
 * because a replica may be late. Both return false if not all have it within REPLICATION_MS, or if
 * the connection failed; `why` is the reason, one line. */
enum { REPLICATION_MS = 300 };
bool replication_ask(const struct replication *n, struct link *l, const char *tag,
		     char why[static REPLICATION_WHY_SIZE]);
bool replication_take(const struct replication *n, struct link *l,
		      char why[static REPLICATION_WHY_SIZE]);

#endif
