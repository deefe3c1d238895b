#include "regulation.h"
#include "redis.h"
#include "text.h"

#include <string.h>

/* A key is the prefix and the digest of what is counted. */
static void make_key(char key[static REGULATION_KEY_SIZE], const char *what, const char *first,
		     const char *second)
{
	static const char prefix[] = "ssa:fail:";

	memcpy(key, prefix, sizeof prefix);
	crypto_digest(key + sizeof prefix - 1, NULL, what, first, second, NULL);
}

void regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address)
{
	g->rule[0].limit = c->user_addr;
	g->rule[0].name = "too many failures of this user from this address";
	make_key(g->rule[0].key, "failures of user and address", user, address);
	g->rule[1].limit = c->user;
	g->rule[1].name = "too many failures of this user";
	make_key(g->rule[1].key, "failures of user", user, NULL);
	g->rule[2].limit = c->addr;
	g->rule[2].name = "too many failures from this address";
	make_key(g->rule[2].key, "failures of address", address, NULL);
	g->broken = 0;
}

void regulation_ask(const struct regulation *g, struct redis *r)
{
	for (int i = 0; i < REGULATION_RULES; i++)
		if (g->rule[i].limit.count > 0)
			redis_command(r, "GET", g->rule[i].key, NULL);
}

enum result regulation_answer(struct regulation *g, struct redis *r)
{
	enum result result = RESULT_OK;

	for (int i = 0; i < REGULATION_RULES; i++) {
		long long failures;
		if (g->rule[i].limit.count == 0)
			continue;
		const struct redisReply *reply = redis_next(r);
		if (reply == NULL)
			return RESULT_UNAVAILABLE;
		if (redis_is_nil(reply))
			continue;
		/* A counter that is no number was not written by us: refuse rather than guess. */
		if (!redis_number(reply, &failures) || failures >= g->rule[i].limit.count) {
			g->broken = i;
			result = RESULT_TOO_MANY;
		}
	}
	return result;
}

unsigned regulation_wait_s(const struct regulation *g, struct redis *r)
{
	const struct regulation_rule *rule = &g->rule[g->broken];
	const struct redisReply *reply;
	char window[TEXT_DECIMAL_SIZE];
	long long left_s;

	/* An EXPIRE that was lost with the last failure before the limit: no further failure will mend it. */
	redis_command(r, "EXPIRE", rule->key, text_decimal(window, rule->limit.window_s), "NX",
		      NULL);
	redis_command(r, "TTL", rule->key, NULL);
	if (!redis_send(r) || !redis_done(r) || (reply = redis_next(r)) == NULL ||
	    !redis_number(reply, &left_s))
		return 0;
	return left_s > 0 ? (unsigned)left_s : 1;
}

const char *regulation_broken(const struct regulation *g)
{
	return g->rule[g->broken].name;
}

enum result regulation_count(const struct regulation *g, struct redis *r)
{
	char window[TEXT_DECIMAL_SIZE];
	int replies = 0;

	for (int i = 0; i < REGULATION_RULES; i++) {
		if (g->rule[i].limit.count == 0)
			continue;
		/* NX on every failure: an EXPIRE that was lost is mended by the next one. */
		redis_command(r, "INCR", g->rule[i].key, NULL);
		redis_command(r, "EXPIRE", g->rule[i].key,
			      text_decimal(window, g->rule[i].limit.window_s), "NX", NULL);
		replies += 2;
	}
	if (replies > 0 && !redis_send(r))
		return RESULT_UNAVAILABLE;
	for (; replies > 0; replies--)
		if (!redis_done(r))
			return RESULT_UNAVAILABLE;
	return RESULT_OK;
}

void regulation_clear(const struct regulation *g, struct redis *r)
{
	redis_command(r, "DEL", g->rule[0].key, NULL);
}
