#include "core/redis_url.h"
#include "core/percent.h"

#include <stddef.h>
#include <string.h>

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

/* Reads a decimal number of 0..max that fills text[0..len). Returns -1 if it is not one. */
static int number(const char *text, size_t len, int max)
{
	int sum = 0;

	if (len == 0 || len > 5)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		sum = sum * 10 + (text[i] - '0');
	}
	return sum <= max ? sum : -1;
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
			end = info + i; /* the last one: a raw password may hold others */
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
	size_t len = strcspn(at, "?");
	const char *query = at + len;

	if (*at != '/' && !parse_userinfo(&at, len, out))
		return "user and password must be user:password@";
	if (!decode(at, (size_t)(query - at), out->path, sizeof out->path) || out->path[0] != '/')
		return "unix:// needs an absolute path of at most 107 bytes";
	if (*query == '\0')
		return NULL;
	if (strncmp(query, "?db=", 4) != 0 || !take_db(query + 4, out))
		return "only ?db=NUMBER may follow the path";
	return NULL;
}

static const char *parse_tcp(const char *at, struct redis_url *out)
{
	if (!parse_userinfo(&at, strcspn(at, "/?#"), out))
		return "user and password must be user:password@";

	bool bracket = *at == '[';
	const char *host = at + bracket;
	size_t host_len = strcspn(host, bracket ? "]" : ":/?#");
	if (host_len == 0 || !decode(host, host_len, out->host, sizeof out->host))
		return "the host is missing or too long";
	at = host + host_len;
	if (bracket && *at++ != ']')
		return "an IPv6 address must end with ]";

	strcpy(out->port, "6379");
	if (*at == ':') {
		size_t len = strcspn(++at, "/?#");
		if (number(at, len, 65535) <= 0)
			return "the port must be 1 to 65535";
		memcpy(out->port, at, len);
		out->port[len] = '\0';
		at += len;
	}
	if (*at == '/' && at[1] != '\0' && !take_db(at + 1, out))
		return "the database must be a number";
	if (*at != '/' && *at != '\0')
		return "only /DATABASE may follow the host";
	return NULL;
}

bool redis_url_parse(const char *url, struct redis_url *out, const char **fault)
{
	*out = (struct redis_url){0};
	if (strncmp(url, "unix://", 7) == 0)
		*fault = parse_unix(url + 7, out);
	else if (strncmp(url, "redis://", 8) == 0)
		*fault = parse_tcp(url + 8, out);
	else
		*fault = "it must begin with redis:// or unix://";
	if (*fault != NULL)
		*out = (struct redis_url){0};
	return *fault == NULL;
}
