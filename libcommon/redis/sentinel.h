/* sentinel: asks Redis Sentinel which server is the master, and which servers it could promote, by
 * Redis's "Guidelines for Redis clients with support for Redis Sentinel". The sentinels are asked
 * one after another, with a short limit each; the first that answers is asked first from then on. A
 * process asks at each new connection and remembers no address, which could be the one of an old
 * master. The server must also say that it is a master: the caller verifies that (link.h), and
 * calls sentinel_doubt if it is not. */
#ifndef SSA_SENTINEL_H
#define SSA_SENTINEL_H

#include <stdbool.h>

struct sentinel;
struct redis_server;
struct redis_url;
struct replication;

/* `url` must live longer than the result. Returns NULL if memory ran out. `s` may be NULL in
 * sentinel_free. */
struct sentinel *sentinel_new(const struct redis_url *url);
void sentinel_free(struct sentinel *s);

/* Asks for the master. Returns false if no sentinel knows one; sentinel_error() says why, as one
 * line. */
bool sentinel_ask(struct sentinel *s, struct redis_server *master);
const char *sentinel_error(const struct sentinel *s);

/* Asks all sentinels of the URL, and adds to *n each server that one of them knows, without the
 * master. Returns false if fewer than a majority answer; sentinel_error() says why.
 *
 * A sentinel does not promote a replica that it considers down, or whose replica-priority is 0. A
 * replica is spared if no sentinel that answers would promote it, and if these consider all other
 * sentinels down: one that is alive could see more, and could be elected to replace the master.
 * There are at least as many sentinels as in the URL, because one that was reset knows no
 * others. */
bool sentinel_replicas(struct sentinel *s, const struct redis_server *master,
		       struct replication *n);

/* Asks all sentinels whether they could replace the master. Returns the first reason why not, in
 * static storage, or NULL. */
const char *sentinel_fault(struct sentinel *s);

/* The last answer led to no master: the next question goes to another sentinel first. */
void sentinel_doubt(struct sentinel *s);

#endif
