#include "store/readiness.h"
#include "redis/redis.h"

#include <stdio.h>
#include <string.h>

static const char any_key[] = TAG_BEFORE "all}:probe";

/* What the service sends, with the options that not every version of Redis has. None depends on a
 * later one. */
static const struct need {
	enum {
		LOGIN,       /* a login, a renewal or a logout sends it */
		TRANSACTION, /* likewise; but a batch that may be sent on to another server
			      * would tear a transaction apart */
		OTHER,
	} when;
	struct redis_right right;
} needs[] = {
    {LOGIN, {"+set", {"SET", any_key, "1", "EXAT", "1", "XX"}}},
    {LOGIN, {"+time", {"TIME"}}},
    {LOGIN, {"+zadd", {"ZADD", any_key, "XX", "0", "1"}}},
    {LOGIN, {"+expire", {"EXPIRE", any_key, "1", "NX"}}},
    {LOGIN, {"+zcard", {"ZCARD", any_key}}},
    {LOGIN, {"+ttl", {"TTL", any_key}}},
    {LOGIN, {"+get", {"GET", any_key}}},
    {LOGIN, {"+zrem", {"ZREM", any_key, "1"}}},
    {LOGIN, {"+del", {"DEL", any_key}}},
    {LOGIN, {"+expireat", {"EXPIREAT", any_key, "1", "GT"}}},
    {LOGIN, {"+zremrangebyscore", {"ZREMRANGEBYSCORE", any_key, "0", "(0"}}},
    {LOGIN,
     {"+zrange",
      {"ZRANGE", any_key, "+inf", "-inf", "BYSCORE", "REV", "LIMIT", "0", "1", "WITHSCORES"}}},
    {LOGIN, {"+zscan", {"ZSCAN", any_key, "0"}}},
    {TRANSACTION, {"+watch", {"WATCH", any_key}}},
    {TRANSACTION, {"+unwatch", {"UNWATCH"}}},
    {TRANSACTION, {"+multi", {"MULTI"}}},
    {TRANSACTION, {"+exec", {"EXEC"}}},
    {OTHER, {"+info", {"INFO", "memory"}}},
};
enum { NEEDS = sizeof needs / sizeof needs[0] };

static bool count(void *into, const struct redisReply *reply)
{
	(void)reply;
	++*(unsigned *)into;
	return true;
}

static void queue(struct redis *r, const struct redis_right *right, const char *key,
		  unsigned *answered)
{
	const char *const *c = right->command, *second = c[1] == any_key ? key : c[1];

	redis_ask(r, count, answered, c[0], second, c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9],
		  NULL);
}

void readiness_ask(struct redis *r, struct readiness *ready)
{
	char tag[TAG_LEN + 1], key[TAG_KEY_SIZE];
	int last = redis_is_replaceable(r) ? LOGIN : TRANSACTION;
	bool whole;
	size_t masters = redis_find_masters(r, &whole);

	*ready = (struct readiness){0};
	for (size_t i = 0; whole && i < masters; i++) {
		redis_master_tag(r, i, tag);
		tag_key(key, tag, "probe");
		for (int n = 0; n < NEEDS && (int)needs[n].when <= last; n++, ready->asked++)
			queue(r, &needs[n].right, key, &ready->answered);
	}
}

bool readiness_passed(const struct readiness *ready)
{
	return ready->asked > 0 && ready->answered == ready->asked;
}

/* XX on a key that never exists: Redis checks that it could write, and then writes nothing. */
void readiness_ask_write(struct redis *r, const char *tag)
{
	char key[TAG_KEY_SIZE];

	tag_key(key, tag, "probe");
	redis_command(r, "SET", key, "1", "EX", "1", "XX", NULL);
}

/* Redis does not refuse a DEL when its memory is full. */
bool readiness_any(struct redis *r)
{
	char tag[TAG_LEN + 1], key[TAG_KEY_SIZE];
	unsigned answered = 0;
	bool whole;
	size_t masters = redis_find_masters(r, &whole);

	for (size_t i = 0; i < masters; i++) {
		redis_master_tag(r, i, tag);
		tag_key(key, tag, "probe");
		redis_ask(r, count, &answered, "DEL", key, NULL);
	}
	redis_run(r);
	return answered > 0;
}

bool readiness_lacks_rights(struct redis *r, char words[static READINESS_RIGHTS_SIZE])
{
	size_t len = 0, own;
	const struct redis_right *of_redis = redis_rights(r, &own);

	words[0] = '\0';
	for (size_t i = 0; i < NEEDS + own; i++) {
		const struct redis_right *right =
		    i < NEEDS ? &needs[i].right : &of_redis[i - NEEDS];
		unsigned answered = 0;
		queue(r, right, any_key, &answered);
		const char *refusal = redis_run(r) ? NULL : strstr(redis_error(r), "NOPERM");
		if (refusal == NULL)
			continue;
		/* No command is named: Sentinel's greeting, ROLE, was refused. Nothing else can be
		 * tried. */
		if (strstr(refusal, " to ") == NULL) {
			strcpy(words, "+role");
			return true;
		}
		len += (size_t)snprintf(words + len, READINESS_RIGHTS_SIZE - len, "%s%s",
					len > 0 ? " " : "", right->word);
	}
	return len > 0;
}

bool readiness_lacks_scan(struct redis *r)
{
	redis_command(r, "SCAN", "0", "COUNT", "1", NULL);
	return !redis_run(r) && strstr(redis_error(r), "NOPERM") != NULL;
}
