#include "regulation.h"
#include "redis.h"

#include <stddef.h>

#define KEY "ssa:fail:%s"

void regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address)
{
	g->rule[0].limit = c->user_addr;
	g->rule[0].name = "too many failures of this user from this address";
	crypto_digest(g->rule[0].digest, NULL, "user and address", user, address, NULL);
	g->rule[1].limit = c->user;
	g->rule[1].name = "too many failures of this user";
	crypto_digest(g->rule[1].digest, NULL, "user", user, NULL);
	g->rule[2].limit = c->addr;
	g->rule[2].name = "too many failures from this address";
	crypto_digest(g->rule[2].digest, NULL, "address", address, NULL);
	g->broken = 0;
}

void regulation_ask(const struct regulation *g, struct redis *r)
{
	for (int i = 0; i < REGULATION_RULES; i++)
		if (g->rule[i].limit.count > 0)
			redis_command(r, "GET " KEY, g->rule[i].digest);
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
	const struct redisReply *reply;
	long long left_s;

	redis_command(r, "TTL " KEY, g->rule[g->broken].digest);
	if (!redis_send(r) || (reply = redis_next(r)) == NULL || !redis_number(reply, &left_s))
		return 0;
	return left_s > 0 ? (unsigned)left_s : 1;
}

const char *regulation_broken(const struct regulation *g)
{
	return g->rule[g->broken].name;
}

enum result regulation_count(const struct regulation *g, struct redis *r)
{
	int replies = 0;

	for (int i = 0; i < REGULATION_RULES; i++) {
		if (g->rule[i].limit.count == 0)
			continue;
		/* NX on every failure: an EXPIRE that was lost is mended by the next one. */
		redis_command(r, "INCR " KEY, g->rule[i].digest);
		redis_command(r, "EXPIRE " KEY " %u NX", g->rule[i].digest,
			      g->rule[i].limit.window_s);
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
	redis_command(r, "DEL " KEY, g->rule[0].digest);
}
