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
	rule->reached = false;
	store_key_fail(rule->key, tag, digest);
}

/* Makes the attempt's name, which leads to the counter of (user, address). Returns false if there
 * are no random bytes. */
static bool name_attempt(char name[static REGULATION_ATTEMPT_LEN + 1], const char *key)
{
	bool random = crypto_random(name, REGULATION_RANDOM_LEN);

	name[REGULATION_TAG - 1] = ':';
	memcpy(name + REGULATION_TAG, store_key_tag(key), TAG_LEN);
	name[REGULATION_DIGEST - 1] = ':';
	memcpy(name + REGULATION_DIGEST, store_key_digest(key), CRYPTO_DIGEST_LEN + 1);
	return random;
}

bool regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address)
{
	char text[INET6_ADDRSTRLEN], tag[CRYPTO_DIGEST_LEN + 1], digest[CRYPTO_DIGEST_LEN + 1];

	address = client_of(address, text);
	store_key_user_digest(tag, user);
	store_key_fail_digest(digest, user, address);
	begin_rule(&g->rule[0], &c->user_addr, "too many failures of this user from this address",
		   tag, digest);
	store_key_fail_digest(digest, user, NULL);
	begin_rule(&g->rule[1], &c->user, "too many failures of this user", tag, digest);
	store_key_fail_digest(digest, NULL, address);
	begin_rule(&g->rule[2], &c->addr, "too many failures from this address", digest, digest);
	g->counted = false;
	return name_attempt(g->attempt, g->rule[0].key);
}

static bool is_on(const struct regulation_rule *rule)
{
	return rule->limit.count > 0;
}

/* Every attempt sends EXPIRE with NX: if one is lost, the next attempt sets the time. */
static void queue_expire(const struct regulation_rule *rule, struct redis *r)
{
	char window[TEXT_DECIMAL_SIZE];

	redis_command(r, "EXPIRE", rule->key, text_decimal(window, rule->limit.window_s), "NX",
		      NULL);
}

/* If this attempt was counted, it is part of the count, and may be the last that the limit allows.
 * A reply that is no number does not come from Redis: the attempt is refused. */
static bool take_count(void *into, const struct redisReply *reply)
{
	struct regulation_rule *rule = into;
	long long attempts;

	rule->reached = !resp_number(reply, &attempts) ||
			attempts >= (long long)rule->limit.count + rule->counted;
	return true;
}

void regulation_ask(struct regulation *g, struct redis *r, bool count)
{
	g->counted = count;
	for (int i = 0; i < REGULATION_RULES; i++) {
		struct regulation_rule *rule = &g->rule[i];
		if (!is_on(rule))
			continue;
		rule->counted = count;
		rule->reached = false;
		if (count) {
			redis_command(r, "ZADD", rule->key, "0", g->attempt, NULL);
			queue_expire(rule, r);
		}
		redis_ask(r, take_count, rule, "ZCARD", rule->key, NULL);
	}
}

/* The last rule whose limit is reached. NULL: no limit is reached. */
static const struct regulation_rule *find_broken(const struct regulation *g)
{
	for (int i = REGULATION_RULES; i-- > 0;)
		if (g->rule[i].reached)
			return &g->rule[i];
	return NULL;
}

const char *regulation_broken(const struct regulation *g)
{
	const struct regulation_rule *rule = find_broken(g);

	return rule != NULL ? rule->name : NULL;
}

unsigned regulation_refuse(const struct regulation *g, struct redis *r)
{
	const struct regulation_rule *rule = find_broken(g);
	long long left_s;

	if (g->counted)
		regulation_take_back(g, r);
	queue_expire(rule, r);
	redis_ask(r, redis_take_number, &left_s, "TTL", rule->key, NULL);
	if (!redis_run(r))
		return 0;
	if (left_s > rule->limit.window_s) /* the limits were changed, or this is not Redis */
		return rule->limit.window_s;
	return left_s > 0 ? (unsigned)left_s : 1;
}

/* Takes the attempt back from the rules from number `first` on. */
static void queue_take_back(const struct regulation *g, struct redis *r, int first)
{
	for (int i = first; i < REGULATION_RULES; i++)
		if (is_on(&g->rule[i]))
			redis_command(r, "ZREM", g->rule[i].key, g->attempt, NULL);
}

void regulation_take_back(const struct regulation *g, struct redis *r)
{
	queue_take_back(g, r, 0);
}

void regulation_succeed(const struct regulation *g, struct redis *r)
{
	redis_command(r, "DEL", g->rule[0].key, NULL);
	queue_take_back(g, r, 1);
}
