#include "store/readiness.h"
#include "redis/fence.h"
#include "redis/redis.h"

/* What a login, a renewal and a logout send, with the options that not every version of Redis has,
 * for a key that is not there. Returns the number of commands. */
static size_t ask_one(struct redis *r, const char *key)
{
	redis_command(r, "SET", key, "1", "EXAT", "1", "XX", NULL);
	redis_command(r, "TIME", NULL);
	redis_command(r, "ZADD", key, "XX", "0", "1", NULL);
	redis_command(r, "EXPIRE", key, "1", "NX", NULL);
	redis_command(r, "ZCARD", key, NULL);
	redis_command(r, "TTL", key, NULL);
	redis_command(r, "GET", key, NULL);
	redis_command(r, "ZREM", key, "1", NULL);
	redis_command(r, "DEL", key, NULL);
	redis_command(r, "EXPIREAT", key, "1", "GT", NULL);
	redis_command(r, "ZREMRANGEBYSCORE", key, "0", "(0", NULL);
	redis_command(r, "ZRANGE", key, "+inf", "-inf", "BYSCORE", "REV", "LIMIT", "0", "1",
		      "WITHSCORES", NULL);
	redis_command(r, "ZSCAN", key, "0", NULL);
	return 13;
}

/* Where a server may be replaced, its part of a batch may be sent on to another, which would tear a
 * transaction apart. */
static size_t ask_transaction(struct redis *r, const char *key)
{
	if (redis_is_replaceable(r))
		return 0;
	redis_command(r, "WATCH", key, NULL);
	redis_command(r, "UNWATCH", NULL);
	redis_command(r, "MULTI", NULL);
	redis_command(r, "EXPIREAT", key, "1", "LT", NULL);
	redis_command(r, "EXEC", NULL);
	return 5;
}

size_t readiness_ask(struct redis *r)
{
	char tag[TAG_LEN + 1], key[TAG_KEY_SIZE];
	size_t replies = 0;
	bool whole;
	size_t masters = redis_find_masters(r, &whole);

	for (size_t i = 0; whole && i < masters; i++) {
		redis_master_tag(r, i, tag);
		tag_key(key, tag, "probe");
		replies += ask_one(r, key);
		replies += ask_transaction(r, key);
	}
	return replies;
}

bool readiness_passed(struct redis *r, size_t replies)
{
	return redis_done(r, replies) && replies > 0;
}
