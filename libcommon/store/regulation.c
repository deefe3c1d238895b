#include "store/regulation.h"
#include "core/text.h"
#include "redis/redis.h"
#include "redis/resp.h"
#include "store/client.h"

#include <string.h>

static void begin_rule(struct regulation_rule *rule, const struct limit *limit, const char *name,
		       const char *tag, const char *digest)
{
	rule->limit = *limit;
	rule->name = name;
	keys_fail(rule->key, tag, digest);
}

/* Makes the attempt's name, which leads to the counter of (user, address). false: there are no
 * random bytes. */
static bool name_attempt(char name[static REGULATION_ATTEMPT_LEN + 1], const char *key)
{
	bool random = crypto_random(name, REGULATION_RANDOM_LEN);

	name[REGULATION_TAG - 1] = ':';
	memcpy(name + REGULATION_TAG, keys_tag_of(key), TAG_LEN);
	name[REGULATION_DIGEST - 1] = ':';
	memcpy(name + REGULATION_DIGEST, keys_digest_of(key), CRYPTO_DIGEST_LEN + 1);
	return random;
}

bool regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address)
{
	char text[INET6_ADDRSTRLEN], tag[CRYPTO_DIGEST_LEN + 1], digest[CRYPTO_DIGEST_LEN + 1];

	address = client_of(address, text);
	keys_user_digest(tag, user);
	keys_fail_digest(digest, user, address);
	begin_rule(&g->rule[0], &c->user_addr, "too many failures of this user from this address",
		   tag, digest);
	keys_fail_digest(digest, user, NULL);
	begin_rule(&g->rule[1], &c->user, "too many failures of this user", tag, digest);
	keys_fail_digest(digest, NULL, address);
	begin_rule(&g->rule[2], &c->addr, "too many failures from this address", digest, digest);
	g->counted = false;
	g->broken = 0;
	return name_attempt(g->attempt, g->rule[0].key);
}

static bool is_on(const struct regulation_rule *rule)
{
	return rule->limit.count > 0;
}

/* Every attempt sends EXPIRE with NX. So if one EXPIRE is lost, the next attempt sets the time. */
static void queue_expire(const struct regulation_rule *rule, struct redis *r)
{
	char window[TEXT_DECIMAL_SIZE];

	redis_command(r, "EXPIRE", rule->key, text_decimal(window, rule->limit.window_s), "NX",
		      NULL);
}

void regulation_ask(struct regulation *g, struct redis *r)
{
	g->counted = false;
	for (int i = 0; i < REGULATION_RULES; i++)
		if (is_on(&g->rule[i]))
			redis_command(r, "ZCARD", g->rule[i].key, NULL);
}

void regulation_ask_counted(struct regulation *g, struct redis *r)
{
	g->counted = true;
	for (int i = 0; i < REGULATION_RULES; i++) {
		if (!is_on(&g->rule[i]))
			continue;
		redis_command(r, "ZADD", g->rule[i].key, "0", g->attempt, NULL);
		queue_expire(&g->rule[i], r);
		redis_command(r, "ZCARD", g->rule[i].key, NULL);
	}
}

enum result regulation_answer(struct regulation *g, struct redis *r)
{
	enum result result = RESULT_OK;

	for (int i = 0; i < REGULATION_RULES; i++) {
		long long attempts;
		if (!is_on(&g->rule[i]))
			continue;
		/* The replies to ZADD and EXPIRE. */
		if (g->counted && !redis_done(r, 2))
			return RESULT_UNAVAILABLE;
		const struct redisReply *reply = redis_next(r);
		if (reply == NULL)
			return RESULT_UNAVAILABLE;
		/* This attempt is part of the count if it was counted, and it may be the last that
		 * the limit allows. A reply that is not a number does not come from Redis: the
		 * attempt is refused. */
		if (!resp_number(reply, &attempts) ||
		    attempts >= (long long)g->rule[i].limit.count + g->counted) {
			g->broken = i;
			result = RESULT_TOO_MANY;
		}
	}
	return result;
}

unsigned regulation_refuse(const struct regulation *g, struct redis *r)
{
	const struct regulation_rule *rule = &g->rule[g->broken];
	unsigned replies = g->counted ? regulation_take_back(g, r) : 0;
	const struct redisReply *reply;
	long long left_s;

	queue_expire(rule, r);
	redis_command(r, "TTL", rule->key, NULL);
	if (!redis_send(r) || !redis_done(r, replies + 1))
		return 0;
	reply = redis_next(r);
	if (reply == NULL || !resp_number(reply, &left_s))
		return 0;
	if (left_s > rule->limit.window_s) /* the limits were changed, or this is not Redis */
		return rule->limit.window_s;
	return left_s > 0 ? (unsigned)left_s : 1;
}

const char *regulation_broken(const struct regulation *g)
{
	return g->rule[g->broken].name;
}

/* Takes the attempt back from the rules from number `first` on. Returns the number of replies. */
static unsigned queue_take_back(const struct regulation *g, struct redis *r, int first)
{
	unsigned replies = 0;

	for (int i = first; i < REGULATION_RULES; i++)
		if (is_on(&g->rule[i])) {
			redis_command(r, "ZREM", g->rule[i].key, g->attempt, NULL);
			replies++;
		}
	return replies;
}

unsigned regulation_take_back(const struct regulation *g, struct redis *r)
{
	return queue_take_back(g, r, 0);
}

unsigned regulation_succeed(const struct regulation *g, struct redis *r)
{
	redis_command(r, "DEL", g->rule[0].key, NULL);
	return 1 + queue_take_back(g, r, 1);
}
