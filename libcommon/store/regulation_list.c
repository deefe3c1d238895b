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

/* The name of an attempt, which a counter lists; NULL: it is something else. */
static const char *attempt_of(const struct redisReply *reply, size_t i)
{
	const char *name;
	size_t len;

	return resp_text(resp_element(reply, i), &name, &len) && len == REGULATION_ATTEMPT_LEN
		   ? name
		   : NULL;
}

/* Adds the counter of (user, address) of each attempt that another counter holds. */
static bool take_attempts(void *into, const struct redisReply *reply)
{
	struct keys *k = into;

	for (size_t i = 0; i < resp_count(reply); i++) {
		char pair[STORE_KEY_SIZE];
		const char *attempt = attempt_of(reply, i);
		if (attempt == NULL)
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
	redis_ask(r, take_attempts, k, "ZRANGE", first, "0", MEMBERS_MAX, NULL);
	if (!redis_run(r))
		return RESULT_UNAVAILABLE;
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

/* The counter that leads to the others goes last, so that this can be repeated. */
static enum result forget_keys(struct redis *r, const struct keys *k, size_t *forgotten)
{
	for (size_t i = k->count; i-- > 0;) {
		long long deleted = 0;
		redis_ask(r, redis_take_number, &deleted, "DEL", k->at[i], NULL);
		if (!redis_run(r))
			return RESULT_UNAVAILABLE;
		*forgotten += deleted > 0;
	}
	return RESULT_OK;
}

/* The attempts of a user at one address, among those of the user. */
struct attempts {
	const char *digest; /* of the counter of (user, address) */
	char (*at)[REGULATION_ATTEMPT_LEN + 1];
	size_t count, capacity;
	bool failed;
};

static bool take_attempts_at(void *into, const struct redisReply *reply)
{
	struct attempts *a = into;

	for (size_t i = 0; i < resp_count(reply); i++) {
		const char *attempt = attempt_of(reply, i);
		if (attempt == NULL || strcmp(attempt + REGULATION_DIGEST, a->digest) != 0)
			continue;
		void *at = array_grow(a->at, a->count, &a->capacity, sizeof *a->at);
		if (at == NULL) {
			a->failed = true;
			break;
		}
		a->at = at;
		memcpy(a->at[a->count++], attempt, sizeof *a->at);
	}
	return true;
}

/* The user's counter stays, because it leads to the counters of other addresses. */
static enum result forget_address(struct redis *r, const struct regulation *g, size_t *forgotten)
{
	const char *user = g->rule[USER].key, *pair = g->rule[USER_AND_ADDRESS].key;
	struct attempts a = {.digest = store_key_digest(pair)};
	long long deleted = 0;

	redis_ask(r, take_attempts_at, &a, "ZRANGE", user, "0", MEMBERS_MAX, NULL);
	bool fine = redis_run(r);
	if (fine) {
		for (size_t i = 0; i < a.count; i++)
			redis_command(r, "ZREM", user, a.at[i], NULL);
		redis_ask(r, redis_take_number, &deleted, "DEL", pair, NULL);
		fine = redis_run(r);
	}
	*forgotten = a.count + (deleted > 0);
	free(a.at);
	return a.failed ? RESULT_INTERNAL : fine ? RESULT_OK : RESULT_UNAVAILABLE;
}

enum result regulation_forget(struct redis *r, const struct config *c, const char *user,
			      const char *address, size_t *forgotten)
{
	struct regulation g;
	struct keys k;

	*forgotten = 0;
	if (user != NULL && address != NULL)
		return regulation_begin(&g, c, user, address) ? forget_address(r, &g, forgotten)
							      : RESULT_INTERNAL;
	enum result result = find_keys(r, c, user, address, &k, &g);
	if (result == RESULT_OK)
		result = forget_keys(r, &k, forgotten);
	free(k.at);
	return result;
}
