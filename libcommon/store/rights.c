#include "store/rights.h"
#include "redis/redis.h"
#include "redis/tag.h"

#include <stdio.h>
#include <string.h>

#define KEY (TAG_BEFORE "all}:probe")

enum { ALWAYS, WAITING, REPLACEABLE, CLUSTER };

/* In an order in which none of them depends on a later one. */
static const struct right {
	const char *word;
	int when;
	const char *command[6];
} rights[] = {
    {"+role", REPLACEABLE, {"ROLE"}},
    {"+get", ALWAYS, {"GET", KEY}},
    {"+set", ALWAYS, {"SET", KEY, "1", "EX", "1", "XX"}},
    {"+del", ALWAYS, {"DEL", KEY}},
    {"+expire", ALWAYS, {"EXPIRE", KEY, "1", "NX"}},
    {"+expireat", ALWAYS, {"EXPIREAT", KEY, "1", "GT"}},
    {"+ttl", ALWAYS, {"TTL", KEY}},
    {"+time", ALWAYS, {"TIME"}},
    {"+info", ALWAYS, {"INFO", "memory"}},
    {"+zadd", ALWAYS, {"ZADD", KEY, "XX", "0", "1"}},
    {"+zcard", ALWAYS, {"ZCARD", KEY}},
    {"+zrem", ALWAYS, {"ZREM", KEY, "1"}},
    {"+zrange", ALWAYS, {"ZRANGE", KEY, "0", "0"}},
    {"+zscan", ALWAYS, {"ZSCAN", KEY, "0"}},
    {"+zremrangebyscore", ALWAYS, {"ZREMRANGEBYSCORE", KEY, "0", "(0"}},
    {"+watch", ALWAYS, {"WATCH", KEY}},
    {"+unwatch", ALWAYS, {"UNWATCH"}},
    {"+multi", ALWAYS, {"MULTI"}},
    {"+exec", ALWAYS, {"EXEC"}},
    {"+wait", WAITING, {"WAIT", "0", "1"}},
    {"+asking", CLUSTER, {"ASKING"}},
    {"+cluster|slots", CLUSTER, {"CLUSTER", "SLOTS"}},
    {"+cluster|myid", CLUSTER, {"CLUSTER", "MYID"}},
    {"+cluster|replicas", CLUSTER, {"CLUSTER", "REPLICAS", "none"}},
};

static bool is_needed(const struct right *right, enum redis_kind kind, bool waits)
{
	return right->when == ALWAYS || (right->when == WAITING && waits) ||
	       (right->when == REPLACEABLE && kind != REDIS_SINGLE) ||
	       (right->when == CLUSTER && kind == REDIS_CLUSTER);
}

static bool is_refused(struct redis *r, const struct right *right)
{
	const char *const *c = right->command;

	redis_command(r, c[0], c[1], c[2], c[3], c[4], c[5], NULL);
	bool done = redis_send(r) && redis_done(r, 1);
	return !done && strstr(redis_error(r), "NOPERM") != NULL;
}

bool rights_missing(struct redis *r, enum redis_kind kind, bool waits,
		    char words[static RIGHTS_SIZE])
{
	size_t len = 0;

	words[0] = '\0';
	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
		if (!is_needed(&rights[i], kind, waits) || !is_refused(r, &rights[i]))
			continue;
		len += (size_t)snprintf(words + len, RIGHTS_SIZE - len, "%s%s", len > 0 ? " " : "",
					rights[i].word);
		/* With Sentinel, ROLE begins each connection, so nothing else can be tried. */
		if (i == 0 && kind == REDIS_SENTINEL)
			break;
	}
	return len > 0;
}
