#include "redis/redis.h"
#include "core/config.h"
#include "core/text.h"
#include "redis/cluster.h"
#include "redis/link.h"
#include "redis/master.h"
#include "redis/redis_url.h"
#include "redis/replication.h"
#include "redis/resp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_KEEP_BYTES = 16384 };

/* What waits for a reply. */
struct waiting {
	redis_take *take; /* NULL: only success matters */
	void *into;
};

struct redis {
	struct redis_url url;
	bool waits;        /* for replicas: */
	unsigned replicas; /* so many; 0: all that could be promoted */
	struct link_terms terms;
	struct master *master;   /* one of these two … */
	struct cluster *cluster; /* … and the other one is NULL */

	struct text out;     /* the batch */
	struct text waiting; /* a struct waiting for each of its commands */
	unsigned queued;     /* the number of commands in it */
	bool open;           /* more can be queued; otherwise the next command begins a new batch */
	bool failed;         /* a command of it has failed, and `error` says why */
	char error[REPLICATION_WHY_SIZE];
};

bool redis_fault(struct redis *r, const char *why)
{
	snprintf(r->error, sizeof r->error, "%s", why);
	return false;
}

static bool make(struct redis *r)
{
	const struct redis_url *url = &r->url;

	r->terms = (struct link_terms){.user = url->user,
				       .password = url->password,
				       .db = url->db,
				       .answer_ms = REDIS_ANSWER_MS,
				       .master = url->kind == REDIS_SENTINEL,
				       .patient = url->kind != REDIS_SINGLE};
	if (url->kind == REDIS_CLUSTER)
		return (r->cluster = cluster_new(url, &r->terms, r->error)) != NULL;
	return (r->master = master_new(url, &r->terms, r->error)) != NULL;
}

struct redis *redis_new(const char *url, unsigned replicas, const char **fault)
{
	struct redis *r = calloc(1, sizeof *r);

	*fault = NULL;
	if (r == NULL)
		return NULL;
	if (redis_url_parse(url, &r->url, fault)) {
		r->waits = replicas != CONFIG_WAIT_UNSET ? replicas > 0 : redis_is_replaceable(r);
		r->replicas = replicas != CONFIG_WAIT_UNSET ? replicas : 0;
		if (make(r))
			return r;
	}
	redis_free(r);
	return NULL;
}

void redis_free(struct redis *r)
{
	if (r == NULL)
		return;
	master_free(r->master);
	cluster_free(r->cluster);
	text_free(&r->out);
	text_free(&r->waiting);
	free(r);
}

bool redis_use_socket(struct redis *r, const char *path)
{
	struct redis_server *server = &r->url.servers[0];

	if (strlen(path) >= sizeof server->host)
		return false;
	strcpy(server->host, path);
	server->port[0] = '\0';
	return true;
}

const char *redis_name(const struct redis *r, char name[static REDIS_NAME_SIZE])
{
	redis_url_name(&r->url, name, REDIS_NAME_SIZE);
	return name;
}

static void queue(struct redis *r, struct waiting waiting, const char *name, va_list arguments)
{
	va_list again;

	if (!r->open) {
		text_clear(&r->out, OUT_KEEP_BYTES);
		text_clear(&r->waiting, OUT_KEEP_BYTES);
		r->queued = 0;
		r->open = true;
		if (r->cluster != NULL)
			cluster_begin(r->cluster);
	}
	va_copy(again, arguments);
	resp_add_command(&r->out, name, arguments);
	text_add(&r->waiting, (const char *)&waiting, sizeof waiting);
	r->queued++;
	if (r->cluster != NULL)
		cluster_add(r->cluster, va_arg(again, const char *), r->out.len);
	va_end(again);
}

void redis_command(struct redis *r, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	queue(r, (struct waiting){0}, name, arguments);
	va_end(arguments);
}

void redis_ask(struct redis *r, redis_take *take, void *into, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	queue(r, (struct waiting){take, into}, name, arguments);
	va_end(arguments);
}

static bool guard(void *into, const struct redisReply *reply)
{
	(void)into, (void)reply;
	return true;
}

void redis_guard(struct redis *r, const char *tag)
{
	char key[TAG_KEY_SIZE];

	if (!redis_is_replaceable(r))
		return;
	tag_key(key, tag, "probe");
	redis_ask(r, guard, NULL, "DEL", key, NULL);
}

void redis_barrier(struct redis *r)
{
	if (r->cluster != NULL)
		cluster_barrier(r->cluster);
}

void redis_drop(struct redis *r)
{
	r->open = false;
	r->queued = 0;
}

/* Returns false if there is nothing to send. */
static bool close_batch(struct redis *r)
{
	bool any = r->open;

	r->open = r->failed = false;
	if (r->out.failed || r->waiting.failed) {
		r->queued = 0;
		r->failed = any;
		return any && redis_fault(r, "redis: write: out of memory");
	}
	return any;
}

static bool send_batch(struct redis *r, bool once)
{
	if (close_batch(r))
		r->failed = !(r->cluster != NULL
				  ? cluster_send(r->cluster, r->out.at, once)
				  : master_send(r->master, r->out.at, r->out.len, r->queued, once));
	return !r->failed;
}

bool redis_send(struct redis *r)
{
	return send_batch(r, false);
}

/* Gives a reply to the function that waits for it. Returns false if it does not fit. */
static bool give(struct redis *r, const struct waiting *w, struct redisReply *reply)
{
	bool good = w->take == NULL || w->take(w->into, reply);

	if (!good && !r->failed)
		redis_fault(r, "redis: not an answer of Redis");
	if (!good || w->take != redis_keep)
		resp_free(reply);
	return good;
}

bool redis_finish(struct redis *r)
{
	bool guarded = true;

	for (unsigned i = 0; i < r->queued; i++) {
		struct waiting w;
		memcpy(&w, r->waiting.at + i * sizeof w, sizeof w);
		struct redisReply *reply =
		    r->cluster != NULL ? cluster_next(r->cluster) : master_next(r->master);
		if (!guarded)
			resp_free(reply);
		bool good = guarded && reply != NULL && give(r, &w, reply);
		guarded = good || w.take != guard;
		r->failed = r->failed || !good;
	}
	r->queued = 0;
	return !r->failed;
}

bool redis_run(struct redis *r)
{
	redis_send(r);
	return redis_finish(r);
}

bool redis_run_on(struct redis *r)
{
	send_batch(r, true);
	return redis_finish(r);
}

bool redis_take_number(void *into, const struct redisReply *reply)
{
	return resp_number(reply, into);
}

bool redis_keep(void *into, const struct redisReply *reply)
{
	memcpy(into, &reply, sizeof(void *));
	return true;
}

/* A server that is not Redis can send anything. In this range no sum of times overflows. */
static bool take_time(void *into, const struct redisReply *reply)
{
	long long now, us;

	if (resp_count(reply) != 2 || !resp_number(resp_element(reply, 0), &now) ||
	    !resp_number(resp_element(reply, 1), &us) || now <= 0 || now > 1LL << 40 || us < 0 ||
	    us >= 1000000)
		return false;
	*(long long *)into = now * 1000000 + us;
	return true;
}

void redis_ask_time(struct redis *r, long long *now_us)
{
	redis_ask(r, take_time, now_us, "TIME", NULL);
}

unsigned long redis_changes(const struct redis *r)
{
	return r->cluster != NULL ? cluster_changes(r->cluster) : master_changes(r->master);
}

bool redis_is_replaceable(const struct redis *r)
{
	return r->url.kind != REDIS_SINGLE;
}

void redis_begin(struct redis *r)
{
	if (r->cluster != NULL)
		cluster_begin_request(r->cluster);
	else
		master_begin_request(r->master);
}

bool redis_replicated(struct redis *r)
{
	if (!r->waits)
		return true;
	return r->cluster != NULL ? cluster_replicated(r->cluster, r->replicas)
				  : master_replicated(r->master, r->replicas);
}

const struct redis_right *redis_rights(const struct redis *r, size_t *count)
{
	static const struct redis_right rights[] = {
	    {"+wait", {"WAIT", "0", "1"}},
	    {"+role", {"ROLE"}},
	    {"+asking", {"ASKING"}},
	    {"+cluster|slots", {"CLUSTER", "SLOTS"}},
	    {"+cluster|myid", {"CLUSTER", "MYID"}},
	    {"+cluster|replicas", {"CLUSTER", "REPLICAS", "none"}},
	};
	enum { ROLE = 1, ALL = sizeof rights / sizeof rights[0] };
	size_t begin = r->waits ? 0 : ROLE;

	*count = (r->cluster != NULL ? ALL : redis_is_replaceable(r) ? 2 : 1) - begin;
	return rights + begin;
}

const char *redis_fault_of_sentinels(struct redis *r)
{
	return r->master != NULL ? master_fault_of_sentinels(r->master) : NULL;
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
		strcpy(tag, MASTER_TAG);
}

const char *redis_error(const struct redis *r)
{
	return r->error;
}
