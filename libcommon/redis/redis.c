#include "redis/redis.h"
#include "core/config.h"
#include "core/text.h"
#include "redis/cluster.h"
#include "redis/link.h"
#include "redis/replication.h"
#include "redis/resp.h"
#include "redis/sentinel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_KEEP_BYTES = 16384 };
#define ONE_TAG "all" /* where one server has all keys */

struct redis {
	const struct redis_url *url;
	unsigned replicas;
	struct link_terms terms;
	struct link *link;
	struct sentinel *sentinel;  /* NULL: not in use */
	struct redis_server master; /* that a sentinel named */
	struct cluster *cluster;    /* NULL: not in use; otherwise `link` is not */
	unsigned long changes;

	struct text out;  /* the batch, kept because it may be sent again */
	bool sent;        /* it was sent: the next command begins a new batch */
	unsigned queued;  /* the number of commands in it */
	unsigned repeats; /* how often it may still be sent again */
	bool answered;    /* since redis_begin or redis_replicated … */
	bool lost;        /* … and then the connection was lost */
	char error[REPLICATION_WHY_SIZE];
};

bool redis_fault(struct redis *r, const char *why)
{
	snprintf(r->error, sizeof r->error, "%s", why);
	return false;
}

/* Connects to the master that the sentinels name. If that one does not answer, another sentinel may
 * know better. */
static bool open_master(struct redis *r)
{
	for (unsigned tries = 0; tries < r->url->count; tries++) {
		if (!sentinel_ask(r->sentinel, &r->master))
			return redis_fault(r, sentinel_error(r->sentinel));
		if (link_open(r->link, &r->master))
			return true;
		sentinel_doubt(r->sentinel);
	}
	return redis_fault(r, link_error(r->link));
}

static bool open_link(struct redis *r)
{
	r->changes++;
	r->lost = r->lost || r->answered;
	if (r->sentinel != NULL)
		return open_master(r);
	return link_open(r->link, &r->url->servers[0]) || redis_fault(r, link_error(r->link));
}

/* After a failure: true if the batch may be sent once more. A connection that was idle may be dead
 * because Redis was restarted. A server that is no master has done no write, and there may be
 * another. */
static bool may_repeat(struct redis *r)
{
	if (r->repeats == 0 || (!link_was_dead(r->link) && !link_not_master(r->link)))
		return false;
	r->repeats--;
	if (link_not_master(r->link))
		sentinel_doubt(r->sentinel);
	return true;
}

static bool send_batch(struct redis *r)
{
	while (link_is_usable(r->link) || open_link(r)) {
		if (link_send(r->link, r->out.at, r->out.len, r->queued))
			return true;
		redis_fault(r, link_error(r->link));
		if (!may_repeat(r))
			return false;
	}
	return false;
}

struct redis *redis_new(const struct redis_url *url, unsigned replicas)
{
	struct redis *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->url = url;
	r->replicas = replicas;
	r->sent = true; /* nothing is queued */
	r->terms = (struct link_terms){.user = url->user,
				       .password = url->password,
				       .db = url->db,
				       .answer_ms = REDIS_ANSWER_MS,
				       .master = url->kind == REDIS_SENTINEL,
				       .patient = url->kind != REDIS_SINGLE};
	r->link = link_new(&r->terms);
	bool made = r->link != NULL;
	if (made && url->kind == REDIS_SENTINEL)
		made = (r->sentinel = sentinel_new(url)) != NULL;
	if (made && url->kind == REDIS_CLUSTER)
		made = (r->cluster = cluster_new(url, &r->terms, r->error)) != NULL;
	if (made)
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
	cluster_free(r->cluster);
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
		if (r->cluster != NULL)
			cluster_begin(r->cluster);
	}
	va_start(arguments, name);
	resp_add_command(&r->out, name, arguments);
	va_end(arguments);
	r->queued++;
	if (r->cluster != NULL) {
		va_start(arguments, name);
		cluster_add(r->cluster, va_arg(arguments, const char *), r->out.len);
		va_end(arguments);
	}
}

void redis_drop(struct redis *r)
{
	r->sent = true; /* the next command begins a new batch */
}

/* Ends the queueing, before the batch is sent. */
static bool close_batch(struct redis *r)
{
	if (r->sent)
		return false; /* nothing is queued */
	r->sent = true;
	if (r->out.failed) {
		link_close(r->link);
		return redis_fault(r, "redis: write: out of memory");
	}
	if (link_pending(r->link) > 0) /* they must not be read as replies of this batch */
		link_close(r->link);
	return true;
}

bool redis_send(struct redis *r)
{
	if (!close_batch(r))
		return false;
	if (r->cluster != NULL)
		return cluster_send(r->cluster, r->out.at, false);
	r->repeats = r->url->count;
	return send_batch(r);
}

bool redis_send_on(struct redis *r)
{
	if (!close_batch(r))
		return false;
	if (r->cluster != NULL)
		return cluster_send(r->cluster, r->out.at, true);
	if (!link_is_usable(r->link))
		return redis_fault(r, "redis: write: connection closed");
	r->repeats = 0;
	return send_batch(r);
}

unsigned long redis_changes(const struct redis *r)
{
	return r->cluster != NULL ? cluster_changes(r->cluster) : r->changes;
}

/* The server refuses the first command, as a master does that another has replaced: it has no
 * replicas (NOREPLICAS), or is a replica itself by now (READONLY). Its connection was kept, or a
 * sentinel that was cut off still names it. So it has done no write, and another sentinel may know
 * the new master. */
static bool is_replaced(const struct redis *r, const char *code)
{
	return r->sentinel != NULL && link_pending(r->link) + 1 == r->queued &&
	       (strcmp(code, "NOREPLICAS") == 0 || strcmp(code, "READONLY") == 0);
}

const struct redisReply *redis_next(struct redis *r)
{
	const struct redisReply *reply;
	char code[RESP_ERROR_CODE_SIZE], refusal[RESP_REFUSAL_SIZE];

	if (r->cluster != NULL)
		return cluster_next(r->cluster);
	if (link_pending(r->link) == 0)
		return NULL; /* the batch has failed already */
	for (;;) {
		while ((reply = link_next(r->link)) == NULL) {
			redis_fault(r, link_error(r->link));
			if (!may_repeat(r) || !send_batch(r))
				return NULL;
		}
		if (!resp_is_error(reply, code)) {
			r->answered = true;
			return reply;
		}
		bool again = r->repeats > 0 && is_replaced(r, code);
		resp_refusal(refusal, code, r->out.at, r->queued - link_pending(r->link) - 1);
		link_fail(r->link, "error reply", refusal);
		redis_fault(r, link_error(r->link));
		if (!again)
			return NULL;
		r->repeats = 0; /* once: where all others are out of reach, each costs time */
		sentinel_doubt(r->sentinel);
		if (!send_batch(r))
			return NULL;
	}
}

bool redis_done(struct redis *r, size_t replies)
{
	bool done = true;

	for (; replies > 0; replies--)
		if (redis_next(r) == NULL)
			done = false;
	return done;
}

bool redis_is_replaceable(const struct redis *r)
{
	return r->url->kind != REDIS_SINGLE;
}

void redis_begin(struct redis *r)
{
	r->answered = r->lost = false;
	if (r->cluster != NULL)
		cluster_begin_request(r->cluster);
}

static bool master_replicated(struct redis *r, unsigned number)
{
	struct replication n = {.number = number};

	if (number == 0 && r->sentinel != NULL && !sentinel_replicas(r->sentinel, &r->master, &n))
		return redis_fault(r, sentinel_error(r->sentinel));
	if (link_pending(r->link) > 0)
		link_close(r->link);
	if (!link_is_usable(r->link) || !r->answered || r->lost)
		return redis_fault(r, "redis: not replicated: connection closed");
	return replication_ask(&n, r->link, ONE_TAG, r->error) &&
	       replication_take(&n, r->link, r->error);
}

bool redis_replicated(struct redis *r)
{
	unsigned number = r->replicas == CONFIG_WAIT_ALL ? 0 : r->replicas;
	bool replicated;

	if (r->replicas == 0)
		return true;
	if (r->cluster != NULL)
		return cluster_replicated(r->cluster, number);
	replicated = master_replicated(r, number);
	r->answered = r->lost = false;
	return replicated;
}

const char *redis_fault_of_sentinels(struct redis *r)
{
	return r->sentinel != NULL ? sentinel_advice(r->sentinel) : NULL;
}

void redis_ask_time(struct redis *r)
{
	redis_command(r, "TIME", NULL);
}

bool redis_time(struct redis *r, long long *now_us)
{
	const struct redisReply *reply = redis_next(r);
	long long now, us;

	if (reply == NULL || resp_count(reply) != 2 || !resp_number(resp_element(reply, 0), &now) ||
	    !resp_number(resp_element(reply, 1), &us))
		return false;
	/* A server that is not Redis can send anything. In this range no sum of times overflows. */
	if (now <= 0 || now > 1LL << 40 || us < 0 || us >= 1000000)
		return false;
	*now_us = now * 1000000 + us;
	return true;
}

size_t redis_find_masters(struct redis *r, bool *whole)
{
	*whole = true;
	return r->cluster != NULL ? cluster_masters(r->cluster, whole) : 1;
}

void redis_master_tag(const struct redis *r, size_t i, char tag[static TAG_LEN + 1])
{
	if (r->cluster != NULL)
		cluster_tag(r->cluster, i, tag);
	else
		strcpy(tag, ONE_TAG);
}

void redis_barrier(struct redis *r)
{
	if (r->cluster != NULL)
		cluster_barrier(r->cluster);
}

const char *redis_error(const struct redis *r)
{
	return r->error;
}
