/* replication: whether every replica that could be promoted has what a server has written.
 *
 * WAIT alone does not tell: it counts replicas and does not name them, so the one that is promoted
 * may be another one; and on a connection that has written nothing it answers at once (Redis 8).
 * So a real write comes first, ROLE then tells how far the server is, WAIT waits, and the second
 * ROLE tells how far each replica is. */
#ifndef SSA_REPLICATION_H
#define SSA_REPLICATION_H

#include "redis/redis_url.h"

#include <stdbool.h>

struct link;

enum { REPLICATION_SERVERS_MAX = 32, REPLICATION_WHY_SIZE = 320 };

/* What a write has to reach: `number` replicas, or, if that is 0, all servers of the list that are
 * not spared, and all replicas that the server itself names and that are not spared. */
struct replication {
	unsigned number;
	struct replication_server {
		struct redis_server server;
		bool spared; /* it is not promoted, so nobody waits for it */
	} at[REPLICATION_SERVERS_MAX];
	unsigned count;
	bool too_many; /* the list had no place for one */
};

/* Adds a server, or, if it is there, makes it one that is not spared unless both are. */
void replication_add(struct replication *n, const struct redis_server *server, bool spared);

/* replication_ask sends the question on a connection to the server, which must be open and owe no
 * reply. `tag` is one whose keys the server has. replication_take takes the answer, and asks again
 * while there is time, since a replica may come late. false: not all have it within
 * REPLICATION_MS, or the connection failed; `why` is the reason, as one line. */
enum { REPLICATION_MS = 300 };
bool replication_ask(const struct replication *n, struct link *l, const char *tag,
		     char why[static REPLICATION_WHY_SIZE]);
bool replication_take(const struct replication *n, struct link *l,
		      char why[static REPLICATION_WHY_SIZE]);

#endif
