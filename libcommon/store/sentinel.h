/* sentinel: asks Redis Sentinel which server is the master. A process asks at each new connection,
 * and keeps the answer nowhere: a remembered address is that of the old master for as long as it is
 * remembered. The rules are those of Redis's "Guidelines for Redis clients with support for Redis
 * Sentinel": the sentinels are asked one after the other, with a short limit for each; the first
 * that answers is asked first from then on; and the server must say that it is a master. The caller
 * verifies that (link.h), and calls sentinel_doubt if it is not. */
#ifndef SSA_SENTINEL_H
#define SSA_SENTINEL_H

#include <stdbool.h>

struct sentinel;
struct redis_server;
struct redis_url;

/* `url` must live longer than the result. NULL: no memory. `s` may be NULL in sentinel_free. */
struct sentinel *sentinel_new(const struct redis_url *url);
void sentinel_free(struct sentinel *s);

/* Asks for the master. false: no sentinel knows one. sentinel_error() says why, as one line. */
bool sentinel_ask(struct sentinel *s, struct redis_server *master);
const char *sentinel_error(const struct sentinel *s);

/* The last answer led to no master. The next question goes to another sentinel first. */
void sentinel_doubt(struct sentinel *s);

#endif
