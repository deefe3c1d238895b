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

/* Asks all sentinels whether the server still is the master, after it has written something. false:
 * another server replaces it, or it cannot be excluded; sentinel_error() says why.
 *
 * WAIT does not show this. If a master stops for a second and goes on, the sentinels replace it all
 * the same. Until they have told all of its replicas, it writes to those that are left, WAIT counts
 * them, and then what they wrote is thrown away. But before a sentinel replaces a master, a
 * majority of the sentinels has voted for it. So if a majority says after the write that it has
 * not, any replacement begins later, and finds the write. A sentinel that replaces it at the word
 * of an administrator needs no vote, but says so by itself, or names a master of a newer epoch. A
 * vote that led to nothing stays; then all sentinels must confirm. */
bool sentinel_confirm(struct sentinel *s, const struct redis_server *master);

/* The last answer led to no master. The next question goes to another sentinel first. */
void sentinel_doubt(struct sentinel *s);

#endif
