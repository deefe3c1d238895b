/* redis_url: where Redis is and who we are there.
 *
 *   redis://[[user]:password@]host[:port][/db]      unix:///path[?db=N] unix://user:password@/path
 *
 * (the scheme registered as redis:, and the unix: form that redis-py and others read). User and
 * password may be percent-encoded (RFC 3986, 2.1); an IPv6 address stands in brackets. */
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

/* false: not such a URL; *fault says what is wrong with it, without quoting it, for it may hold a
 * password. *fault is static storage. */
bool redis_url_parse(const char *url, struct redis_url *out, const char **fault);

#endif
