#include "store/session_list.h"
#include "core/text.h"
#include "redis/redis.h"
#include "redis/resp.h"
#include "store/session.h"
#include "store/store_key.h"

#include <stdlib.h>
#include <string.h>

/* So many keys are asked for at a time. Redis may return a few more. */
#define PAGE_KEYS "200"
enum { PAGE_KEYS_MAX = 1000 };

struct page {
	char cursor[TEXT_DECIMAL_SIZE];
	char (*keys)[STORE_KEY_SIZE];
	size_t count;
	unsigned long changes; /* redis_changes when the first page came */
	bool again;            /* that has changed since */
};

static bool take_page(void *into, const struct redisReply *reply)
{
	struct page *p = into;

	if (resp_count(reply) != 2 ||
	    !resp_copy(resp_element(reply, 0), p->cursor, sizeof p->cursor))
		return false;
	const struct redisReply *list = resp_element(reply, 1);
	p->count = 0;
	for (size_t i = 0; i < resp_count(list) && p->count < PAGE_KEYS_MAX; i++) {
		const char *key;
		size_t len;
		if (resp_text(resp_element(list, i), &key, &len) && store_key_is_ticket(key, len))
			memcpy(p->keys[p->count++], key, len + 1);
	}
	return true;
}

static bool next_page(struct redis *r, const char *tag, struct page *p)
{
	bool first = strcmp(p->cursor, "0") == 0;

	redis_guard(r, tag); /* it leads SCAN, which has no key, to the master of the tag */
	redis_ask(r, take_page, p, "SCAN", p->cursor, "MATCH", STORE_KEY_TICKETS, "COUNT",
		  PAGE_KEYS, NULL);
	if (!redis_run(r))
		return false;
	if (first)
		p->changes = redis_changes(r);
	/* A cursor is worthless in another process of Redis, so the list begins anew. */
	p->again = p->changes != redis_changes(r);
	if (p->again)
		strcpy(p->cursor, "0");
	return true;
}

static enum result look_at_page(struct redis *r, const struct page *p, struct session *sessions,
				session_list_found *found, void *context)
{
	for (size_t i = 0; i < p->count; i++) {
		memcpy(sessions[i].name.digest, store_key_digest(p->keys[i]),
		       CRYPTO_DIGEST_LEN + 1);
		session_ask_key(r, p->keys[i], &sessions[i]);
	}
	if (!redis_run(r))
		return RESULT_UNAVAILABLE;
	for (size_t i = 0; i < p->count; i++) {
		enum result result = sessions[i].found;
		if (result == RESULT_UNAUTHENTICATED)
			continue;
		if (result == RESULT_OK)
			result = found(context, &sessions[i]);
		if (result != RESULT_OK)
			return result;
	}
	return RESULT_OK;
}

static enum result look_at_master(struct redis *r, size_t master, struct page *p,
				  struct session *sessions, session_list_found *found,
				  void *context)
{
	char tag[TAG_LEN + 1];
	enum result result = RESULT_OK;

	redis_master_tag(r, master, tag);
	strcpy(p->cursor, "0");
	do
		result = next_page(r, tag, p) ? look_at_page(r, p, sessions, found, context)
					      : RESULT_UNAVAILABLE;
	while (result == RESULT_OK && (p->again || strcmp(p->cursor, "0") != 0));
	return result;
}

enum result session_list(struct redis *r, session_list_found *found, void *context)
{
	char(*keys)[STORE_KEY_SIZE] = malloc(PAGE_KEYS_MAX * sizeof *keys);
	struct page p = {.keys = keys};
	struct session *sessions = calloc(PAGE_KEYS_MAX, sizeof *sessions);
	enum result result = RESULT_INTERNAL;

	if (keys != NULL && sessions != NULL) {
		bool whole;
		size_t masters = redis_find_masters(r, &whole);
		result = whole ? RESULT_OK : RESULT_UNAVAILABLE;
		for (size_t i = 0; i < masters && result == RESULT_OK; i++)
			result = look_at_master(r, i, &p, sessions, found, context);
	}
	free(keys);
	free(sessions);
	return result;
}
