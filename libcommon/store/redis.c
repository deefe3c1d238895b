#include "store/redis.h"
#include "core/redis_url.h"
#include "core/text.h"
#include "store/keys.h"
#include "store/link.h"
#include "store/resp.h"
#include "store/sentinel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* WAIT gets a part of the time for an answer. */
#define WAIT_MS "300"
enum { OUT_KEEP_BYTES = 16384 };

struct redis {
	const struct redis_url *url;
	unsigned replicas;
	struct link *link;
	struct sentinel *sentinel; /* NULL: not in use */
	unsigned long changes;

	struct text out;  /* the batch, kept because it may be sent again */
	bool sent;        /* it was sent: the next command begins a new batch */
	unsigned queued;  /* the number of commands in it */
	size_t masters;   /* that redis_probe_all probes */
	unsigned repeats; /* how often it may still be sent again */
	char error[200];
};

static bool fail(struct redis *r, const char *why)
{
	snprintf(r->error, sizeof r->error, "%s", why);
	return false;
}

/* Connects to the master that the sentinels name. If that one does not answer, another sentinel may
 * know better. */
static bool open_master(struct redis *r)
{
	struct redis_server master;

	for (unsigned tries = 0; tries < r->url->count; tries++) {
		if (!sentinel_ask(r->sentinel, &master))
			return fail(r, sentinel_error(r->sentinel));
		if (link_open(r->link, &master))
			return true;
		sentinel_doubt(r->sentinel);
	}
	return fail(r, link_error(r->link));
}

static bool open_link(struct redis *r)
{
	r->changes++;
	if (r->sentinel != NULL)
		return open_master(r);
	return link_open(r->link, &r->url->servers[0]) || fail(r, link_error(r->link));
}

static bool send_again(struct redis *r);

static bool send_batch(struct redis *r)
{
	if (!link_is_open(r->link) && !open_link(r))
		return false;
	return link_send(r->link, r->out.at, r->out.len, r->queued) ||
	       fail(r, link_error(r->link)) || send_again(r);
}

/* Sends the batch once more after a failure, if that is allowed. A connection that was idle may be
 * dead because Redis was restarted. A server that is no master has done no write, and there may be
 * another. */
static bool send_again(struct redis *r)
{
	if (r->repeats == 0 || (!link_was_dead(r->link) && !link_not_master(r->link)))
		return false;
	r->repeats--;
	if (link_not_master(r->link))
		sentinel_doubt(r->sentinel);
	return send_batch(r);
}

struct redis *redis_new(const struct redis_url *url, unsigned replicas)
{
	struct redis *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->url = url;
	r->replicas = replicas;
	r->link = link_new(&(struct link_terms){.user = url->user,
						.password = url->password,
						.db = url->db,
						.answer_ms = REDIS_ANSWER_MS,
						.master = url->kind == REDIS_SENTINEL,
						.patient = url->kind == REDIS_SENTINEL});
	if (url->kind == REDIS_SENTINEL)
		r->sentinel = sentinel_new(url);
	if (r->link != NULL && (r->sentinel != NULL) == (url->kind == REDIS_SENTINEL))
		return r;
	redis_free(r);
	return NULL;
}

void redis_free(struct redis *r)
{
	if (r == NULL)
		return;
	link_free(r->link);
	sentinel_free(r->sentinel);
	text_free(&r->out);
	free(r);
}

void redis_command(struct redis *r, const char *name, ...)
{
	va_list arguments;

	if (r->sent) {
		text_clear(&r->out, OUT_KEEP_BYTES);
		r->queued = 0;
		r->sent = false;
	}
	va_start(arguments, name);
	resp_add_command(&r->out, name, arguments);
	va_end(arguments);
	r->queued++;
}

void redis_drop(struct redis *r)
{
	r->sent = true; /* the next command begins a new batch */
}

/* Ends the queueing, before the batch is sent. */
static bool close_batch(struct redis *r)
{
	r->sent = true;
	if (r->out.failed) {
		link_close(r->link);
		return fail(r, "redis: write: out of memory");
	}
	if (link_pending(r->link) > 0) /* they must not be read as replies of this batch */
		link_close(r->link);
	return true;
}

bool redis_send(struct redis *r)
{
	if (!close_batch(r))
		return false;
	r->repeats = r->url->count;
	return send_batch(r);
}

bool redis_send_on(struct redis *r)
{
	if (!close_batch(r))
		return false;
	if (!link_is_open(r->link))
		return fail(r, "redis: write: connection closed");
	r->repeats = 0;
	return send_batch(r);
}

unsigned long redis_changes(const struct redis *r)
{
	return r->changes;
}

const struct redisReply *redis_next(struct redis *r)
{
	const struct redisReply *reply;
	char code[RESP_ERROR_CODE_SIZE];

	if (link_pending(r->link) == 0)
		return NULL; /* the batch has failed already */
	while ((reply = link_next(r->link)) == NULL) {
		fail(r, link_error(r->link));
		if (!send_again(r))
			return NULL;
	}
	if (!resp_is_error(reply, code))
		return reply;
	link_fail(r->link, "error reply", resp_words(code));
	fail(r, link_error(r->link));
	return NULL;
}

bool redis_done(struct redis *r, size_t replies)
{
	bool done = true;

	for (; replies > 0; replies--)
		if (redis_next(r) == NULL)
			done = false;
	return done;
}

void redis_probe(struct redis *r, const char *tag)
{
	char key[KEYS_SIZE];

	/* XX on a key that never exists: Redis checks that it could write, and then writes nothing,
	 * not even to its append-only file. */
	keys_probe(key, tag);
	redis_command(r, "SET", key, "1", "EX", "1", "XX", NULL);
}

void redis_fence(struct redis *r, const char *tag)
{
	if (r->url->kind != REDIS_SINGLE)
		redis_probe(r, tag);
}

bool redis_fenced(struct redis *r)
{
	return r->url->kind == REDIS_SINGLE || redis_done(r, 1);
}

bool redis_waits(const struct redis *r)
{
	return r->replicas > 0;
}

void redis_ask_wait(struct redis *r)
{
	char number[TEXT_DECIMAL_SIZE];

	if (r->replicas > 0)
		redis_command(r, "WAIT", text_decimal(number, r->replicas), WAIT_MS, NULL);
}

bool redis_waited(struct redis *r)
{
	const struct redisReply *reply;
	long long reached;

	if (r->replicas == 0)
		return true;
	reply = redis_next(r);
	if (reply == NULL)
		return false;
	return (resp_number(reply, &reached) && reached >= r->replicas) ||
	       fail(r, "redis: not replicated: too few replicas have answered WAIT in time");
}

void redis_ask_time(struct redis *r)
{
	redis_command(r, "TIME", NULL);
}

bool redis_time(struct redis *r, long long *now)
{
	const struct redisReply *reply = redis_next(r);

	/* A server that is not Redis can send anything. In this range no sum of times overflows. */
	return reply != NULL && resp_count(reply) == 2 &&
	       resp_number(resp_element(reply, 0), now) && *now > 0 && *now <= 1LL << 40;
}

size_t redis_find_masters(struct redis *r)
{
	(void)r;
	return 1;
}

void redis_master_tag(const struct redis *r, size_t i, char tag[static KEYS_TAG_LEN + 1])
{
	(void)r, (void)i;
	strcpy(tag, "all");
}

void redis_probe_all(struct redis *r)
{
	char tag[KEYS_TAG_LEN + 1];

	r->masters = redis_find_masters(r);
	for (size_t i = 0; i < r->masters; i++) {
		redis_master_tag(r, i, tag);
		redis_probe(r, tag);
	}
}

bool redis_probed_all(struct redis *r)
{
	return redis_done(r, r->masters) && r->masters > 0;
}

void redis_barrier(struct redis *r)
{
	(void)r;
}

const char *redis_error(const struct redis *r)
{
	return r->error;
}
