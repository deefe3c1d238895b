/* redis_url: the address of Redis, and the user and password that Redis requires.
 *
 *   redis://[[user]:password@]host[:port][/db]
 *   unix:///path[?db=N]
 *   unix://user:password@/path
 *   redis+sentinel://[[user]:password@]host[:port],…/service[/db][?sentinel_password=…]
 *   redis+cluster://[[user]:password@]host[:port],…
 *
 * The scheme redis: is registered; redis-py and others read unix: too. User and password may be
 * percent-encoded (RFC 3986, 2.1), an IPv6 address is in brackets. The hosts of Sentinel are the
 * sentinels, which have their own password. The hosts of a cluster are some of its nodes. */
#ifndef SSA_REDIS_URL_H
#define SSA_REDIS_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { REDIS_SERVERS_MAX = 9 };

struct redis_server {
	char host[256]; /* or, if `port` is "", the path of a Unix socket */
	char port[6];
};

static inline bool redis_server_same(const struct redis_server *a, const struct redis_server *b)
{
	return strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

struct redis_url {
	enum redis_kind { REDIS_SINGLE, REDIS_SENTINEL, REDIS_CLUSTER } kind;
	struct redis_server servers[REDIS_SERVERS_MAX];
	unsigned count;                /* of them; 1 for REDIS_SINGLE */
	char user[128], password[512]; /* of Redis; "" for none */
	char db[6];                    /* a number; "" for 0 */
	char service[128];             /* the name by which the sentinels know the master */
	char sentinel_password[512];   /* "" for none */
};

/* Returns false if this is no such URL. *fault says why, in static storage, without quoting the
 * URL, which may hold a password. */
bool redis_url_parse(const char *url, struct redis_url *out, const char **fault);

/* Writes which Redis it is, for people, without a password. */
void redis_url_name(const struct redis_url *url, char *name, size_t size);

#endif
