/* redis_url: the address of Redis, and the user and password that Redis requires.
 *
 *   redis://[[user]:password@]host[:port][/db]
 *   unix:///path[?db=N]
 *   unix://user:password@/path
 *
 * The scheme redis: is registered; redis-py and other clients read the form unix: too. User and
 * password may be percent-encoded (RFC 3986, 2.1). An IPv6 address stands in brackets. */
#ifndef SSA_REDIS_URL_H
#define SSA_REDIS_URL_H

#include <stdbool.h>

struct redis_url {
	char path[108]; /* a Unix socket (as long as sun_path); "" for TCP */
	char host[256];
	char port[6];
	char user[128], password[512]; /* "" for none */
	char db[6];                    /* a number; "" for 0 */
};

/* Returns false if this is not such a URL. Then *fault says what is wrong, in static storage. It
 * does not quote the URL, which may hold a password. */
bool redis_url_parse(const char *url, struct redis_url *out, const char **fault);

#endif
