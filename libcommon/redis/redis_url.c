#include "redis/redis_url.h"
#include "core/number.h"
#include "core/percent.h"

#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 108 }; /* as sun_path */

/* Decodes from[0..len) into a string. Returns false if it does not fit, or if the text holds a %00
 * or a broken escape. */
static bool decode(const char *from, size_t len, char *to, size_t size)
{
	size_t n;

	if (!percent_decode((struct span){from, len}, false, to, size - 1, &n))
		return false;
	to[n] = '\0';
	return strlen(to) == n;
}

/* Reads a number of 0..max, of at most five digits. Returns -1 if it is no such number. */
static int number(const char *text, size_t len, unsigned max)
{
	unsigned long long number;

	return len <= 5 && number_read((struct span){text, len}, max, &number) ? (int)number : -1;
}

/* Reads the number of a database. */
static bool take_db(const char *text, struct redis_url *out)
{
	if (number(text, strlen(text), 99999) < 0 || (text[0] == '0' && text[1] != '\0'))
		return false;
	if (strcmp(text, "0") != 0)
		strcpy(out->db, text);
	return true;
}

/* Reads [[user]:password@], if it is there, and moves *at behind it. */
static bool parse_userinfo(const char **at, size_t len, struct redis_url *out)
{
	const char *info = *at, *end = NULL;

	for (size_t i = 0; i < len; i++)
		if (info[i] == '@')
			end = info + i; /* the last one: a password may have others */
	if (end == NULL)
		return true;
	*at = end + 1;

	const char *colon = memchr(info, ':', (size_t)(end - info));
	if (colon == NULL)
		return false;
	return decode(info, (size_t)(colon - info), out->user, sizeof out->user) &&
	       decode(colon + 1, (size_t)(end - colon - 1), out->password, sizeof out->password);
}

static const char *parse_unix(const char *at, struct redis_url *out)
{
	char *path = out->servers[0].host;
	size_t len = strcspn(at, "?");
	const char *query = at + len;

	if (*at != '/' && !parse_userinfo(&at, len, out))
		return "user and password must be user:password@";
	if (!decode(at, (size_t)(query - at), path, PATH_SIZE) || path[0] != '/')
		return "unix:// needs an absolute path of at most 107 bytes";
	out->count = 1;
	if (*query == '\0')
		return NULL;
	if (strncmp(query, "?db=", 4) != 0 || !take_db(query + 4, out))
		return "only ?db=NUMBER may follow the path";
	return NULL;
}

/* Reads host[:port], and moves *at behind it. */
static const char *parse_server(const char **at, const char *default_port, struct redis_server *out)
{
	bool bracket = **at == '[';
	const char *host = *at + bracket;
	size_t host_len = strcspn(host, bracket ? "]" : ":/?#,");

	if (host_len == 0 || !decode(host, host_len, out->host, sizeof out->host))
		return "the host is missing or too long";
	*at = host + host_len;
	if (bracket && *(*at)++ != ']')
		return "an IPv6 address must end with ]";

	strcpy(out->port, default_port);
	if (**at == ':') {
		size_t len = strcspn(++*at, "/?#,");
		if (number(*at, len, 65535) <= 0)
			return "the port must be 1 to 65535";
		memcpy(out->port, *at, len);
		out->port[len] = '\0';
		*at += len;
	}
	return NULL;
}

static const char *parse_tcp(const char *at, struct redis_url *out)
{
	if (!parse_userinfo(&at, strcspn(at, "/?#"), out))
		return "user and password must be user:password@";
	const char *fault = parse_server(&at, "6379", &out->servers[out->count++]);
	if (fault != NULL)
		return fault;
	if (strchr(at, '?') != NULL)
		return "only unix:// and redis+sentinel:// have parameters behind a ?";
	if (*at == '/' && at[1] != '\0' && !take_db(at + 1, out))
		return "the database must be a number";
	if (*at != '/' && *at != '\0')
		return "only /DATABASE may follow the host";
	return NULL;
}

/* Reads [[user]:password@]host[:port],…, and moves *at behind it. */
static const char *parse_list(const char **at, const char *default_port, struct redis_url *out)
{
	const char *fault;

	if (!parse_userinfo(at, strcspn(*at, "/?#"), out))
		return "user and password must be user:password@";
	for (;; ++*at) {
		if (out->count == REDIS_SERVERS_MAX)
			return "at most 9 hosts";
		fault = parse_server(at, default_port, &out->servers[out->count++]);
		if (fault != NULL || **at != ',')
			return fault;
	}
}

static const char *parse_sentinel(const char *at, struct redis_url *out)
{
	static const char query[] = "?sentinel_password=";
	const char *fault = parse_list(&at, "26379", out);

	if (fault != NULL)
		return fault;
	size_t len = *at == '/' ? strcspn(++at, "/?#") : 0;
	if (len == 0 || !decode(at, len, out->service, sizeof out->service))
		return "redis+sentinel:// needs /SERVICE, the name of the master";
	at += len;
	if (*at == '/') {
		char db[sizeof out->db];
		len = strcspn(++at, "?#");
		if (len >= sizeof db)
			return "the database must be a number";
		memcpy(db, at, len);
		db[len] = '\0';
		if (!take_db(db, out))
			return "the database must be a number";
		at += len;
	}
	if (*at == '\0')
		return NULL;
	if (strncmp(at, query, sizeof query - 1) != 0 || strchr(at, '&') != NULL ||
	    !decode(at + sizeof query - 1, strlen(at + sizeof query - 1), out->sentinel_password,
		    sizeof out->sentinel_password))
		return "only /DATABASE and ?sentinel_password= may follow the service";
	return NULL;
}

static const char *parse_cluster(const char *at, struct redis_url *out)
{
	const char *fault = parse_list(&at, "6379", out);

	if (fault == NULL && *at == '/')
		at += strcmp(at, "/0") == 0 ? 2 : 1;
	return fault == NULL && *at != '\0' ? "nothing may follow the hosts: a cluster has one "
					      "database, 0"
					    : fault;
}

static const char *parse_tls(const char *at, struct redis_url *out)
{
	(void)at, (void)out;
	return "TLS is not built in: use redis:// through a tunnel, such as stunnel";
}

static const struct scheme {
	const char *begin;
	enum redis_kind kind;
	const char *(*parse)(const char *at, struct redis_url *out);
} schemes[] = {
    {"redis://", REDIS_SINGLE, parse_tcp},
    {"unix://", REDIS_SINGLE, parse_unix},
    {"rediss://", REDIS_SINGLE, parse_tls},
    {"redis+sentinel://", REDIS_SENTINEL, parse_sentinel},
    {"redis+cluster://", REDIS_CLUSTER, parse_cluster},
};

bool redis_url_parse(const char *url, struct redis_url *out, const char **fault)
{
	*fault = "it must begin with redis://, unix://, redis+sentinel:// or redis+cluster://";
	*out = (struct redis_url){0};
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		size_t len = strlen(schemes[i].begin);
		if (strncmp(url, schemes[i].begin, len) != 0)
			continue;
		out->kind = schemes[i].kind;
		*fault = schemes[i].parse(url + len, out);
	}
	if (*fault != NULL)
		*out = (struct redis_url){0};
	return *fault == NULL;
}

void redis_url_name(const struct redis_url *url, char *name, size_t size)
{
	static const char *const kinds[] = {[REDIS_SINGLE] = "",
					    [REDIS_SENTINEL] = "the master that is known to ",
					    [REDIS_CLUSTER] = "the cluster of "};
	size_t len = (size_t)snprintf(name, size, "%s", kinds[url->kind]);

	for (unsigned i = 0; i < url->count && len < size; i++) {
		const struct redis_server *s = &url->servers[i];
		bool brackets = *s->port != '\0' && strchr(s->host, ':') != NULL;
		len += (size_t)snprintf(name + len, size - len, "%s%s%s%s%s%s", i > 0 ? ", " : "",
					brackets ? "[" : "", s->host, brackets ? "]" : "",
					*s->port ? ":" : "", s->port);
	}
	if (len < size && (*url->db || *url->service))
		snprintf(name + len, size - len, "%s%s%s%s", *url->service ? ", service " : "",
			 url->service, *url->db ? ", database " : "", url->db);
}
