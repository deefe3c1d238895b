#include "store/regulation_list.h"
#include "core/array.h"
#include "redis/redis.h"
#include "redis/resp.h"
#include "store/regulation.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { USER_AND_ADDRESS, USER, ADDRESS }; /* the rules of struct regulation */
#define MEMBERS_MAX "4000"                /* attempts of one counter that are looked at */

static const char *const names[] = {"user and address", "user", "address"};

/* Counters, by their keys. */
struct keys {
	char (*at)[STORE_KEY_SIZE];
	size_t count, capacity;
	bool failed;
};

static void add_key(struct keys *k, const char *key)
{
	for (size_t i = 0; i < k->count; i++)
		if (strcmp(k->at[i], key) == 0)
			return;
	void *at = array_grow(k->at, k->count, &k->capacity, sizeof *k->at);
	if (at == NULL) {
		k->failed = true;
		return;
	}
	k->at = at;
	memcpy(k->at[k->count++], key, STORE_KEY_SIZE);
}

/* Adds the counter of (user, address) of each attempt that another counter holds. */
static bool take_attempts(void *into, const struct redisReply *reply)
{
	struct keys *k = into;

	for (size_t i = 0; i < resp_count(reply); i++) {
		char pair[STORE_KEY_SIZE];
		const char *attempt;
		size_t len;
		if (!resp_text(resp_element(reply, i), &attempt, &len) ||
		    len != REGULATION_ATTEMPT_LEN)
			continue;
		store_key_fail(pair, attempt + REGULATION_TAG, attempt + REGULATION_DIGEST);
		add_key(k, pair);
	}
	return true;
}

/* The counter of the user or the address comes first, then those of pairs. */
static enum result find_keys(struct redis *r, const struct config *c, const char *user,
			     const char *address, struct keys *k, struct regulation *g)
{
	*k = (struct keys){0};
	if (!regulation_begin(g, c, user ? user : "", address ? address : ""))
		return RESULT_INTERNAL;
	const char *first = g->rule[user ? USER : ADDRESS].key;
	add_key(k, first);
	if (user != NULL && address != NULL) {
		add_key(k, g->rule[USER_AND_ADDRESS].key);
	} else {
		redis_ask(r, take_attempts, k, "ZRANGE", first, "0", MEMBERS_MAX, NULL);
		if (!redis_run(r))
			return RESULT_UNAVAILABLE;
	}
	return k->failed ? RESULT_INTERNAL : RESULT_OK;
}

static enum result list_keys(struct redis *r, const struct keys *k, const struct regulation *g,
			     int first,
			     void (*found)(void *context, const struct regulation_limit *b),
			     void *context)
{
	for (size_t i = 0; i < k->count; i++) {
		int rule = i == 0 ? first : USER_AND_ADDRESS;
		struct regulation_limit b = {.limit = names[rule]};
		redis_ask(r, redis_take_number, &b.failures, "ZCARD", k->at[i], NULL);
		redis_ask(r, redis_take_number, &b.left_s, "TTL", k->at[i], NULL);
		if (!redis_run(r))
			return RESULT_UNAVAILABLE;
		unsigned most = g->rule[rule].limit.count;
		if (most > 0 && b.failures >= most)
			found(context, &b);
	}
	return RESULT_OK;
}

enum result regulation_list(struct redis *r, const struct config *c, const char *user,
			    const char *address,
			    void (*found)(void *context, const struct regulation_limit *b),
			    void *context)
{
	struct regulation g;
	struct keys k;
	enum result result = find_keys(r, c, user, address, &k, &g);

	if (result == RESULT_OK)
		result = list_keys(r, &k, &g, user ? USER : ADDRESS, found, context);
	free(k.at);
	return result;
}

enum result regulation_forget(struct redis *r, const struct config *c, const char *user,
			      const char *address, size_t *forgotten)
{
	struct regulation g;
	struct keys k;
	enum result result = find_keys(r, c, user, address, &k, &g);

	*forgotten = 0;
	/* The counter that leads to the others goes last, so that this can be repeated. */
	for (size_t i = k.count; result == RESULT_OK && i-- > 0;) {
		long long deleted = 0;
		redis_ask(r, redis_take_number, &deleted, "DEL", k.at[i], NULL);
		if (!redis_run(r))
			result = RESULT_UNAVAILABLE;
		*forgotten += deleted > 0;
	}
	free(k.at);
	return result;
}
