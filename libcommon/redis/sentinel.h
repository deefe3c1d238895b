/* sentinel: asks Redis Sentinel which server is the master, and which servers it could promote. A
 * process asks at each new connection, and keeps the answer nowhere: a remembered address is that
 * of the old master for as long as it is remembered. The rules are those of Redis's "Guidelines for
 * Redis clients with support for Redis Sentinel": the sentinels are asked one after the other, with
 * a short limit for each; the first that answers is asked first from then on; and the server must
 * say that it is a master. The caller verifies that (link.h), and calls sentinel_doubt if it is
 * not. */
#ifndef SSA_SENTINEL_H
#define SSA_SENTINEL_H

#include <stdbool.h>

struct sentinel;
struct redis_server;
struct redis_url;
struct replication;

/* `url` must live longer than the result. NULL: no memory. `s` may be NULL in sentinel_free. */
struct sentinel *sentinel_new(const struct redis_url *url);
void sentinel_free(struct sentinel *s);

/* Asks for the master. false: no sentinel knows one. sentinel_error() says why, as one line. */
bool sentinel_ask(struct sentinel *s, struct redis_server *master);
const char *sentinel_error(const struct sentinel *s);

/* Asks all sentinels of the URL, and adds to *n each server that one of them knows, but for the
 * master itself. false: fewer than a majority answer; sentinel_error() says why.
 *
 * A sentinel does not promote a replica that it holds for down, or whose replica-priority is 0. So
 * a replica is spared if each sentinel that answers would not promote it, provided that a majority
 * answers, and that these hold all others for down: one that is alive could see more, and could be
 * elected to replace the master. The number of sentinels is at least that in the URL, since one
 * that was reset knows no others. */
bool sentinel_replicas(struct sentinel *s, const struct redis_server *master,
		       struct replication *n);

/* Asks all sentinels for faults because of which they will not replace the master. Returns the
 * first one, in static storage. NULL: there is none. */
const char *sentinel_fault(struct sentinel *s);

/* The last answer led to no master. The next question goes to another sentinel first. */
void sentinel_doubt(struct sentinel *s);

#endif
