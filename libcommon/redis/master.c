#include "redis/master.h"
#include "redis/link.h"
#include "redis/redis_url.h"
#include "redis/replication.h"
#include "redis/resp.h"
#include "redis/sentinel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct master {
	const struct redis_url *url;
	struct link *link;
	struct sentinel *sentinel;  /* NULL: the URL names the server itself */
	struct redis_server server; /* that a sentinel named */
	unsigned long changes;
	char *error;

	const char *bytes; /* the batch, which may be sent again */
	size_t len;
	unsigned commands, taken;
	unsigned repeats; /* how often it may still be sent again */
	bool failed;      /* a command of it has failed, and `error` says why … */
	bool refused;     /* … with an error reply */

	bool answered; /* since master_begin_request or master_replicated … */
	bool lost;     /* … and then the connection was lost */
};

struct master *master_new(const struct redis_url *url, const struct link_terms *terms, char *error)
{
	struct master *m = calloc(1, sizeof *m);

	if (m == NULL)
		return NULL;
	m->url = url;
	m->error = error;
	m->link = link_new(terms);
	if (url->kind == REDIS_SENTINEL)
		m->sentinel = sentinel_new(url);
	if (m->link != NULL && (m->sentinel != NULL || url->kind != REDIS_SENTINEL))
		return m;
	master_free(m);
	return NULL;
}

void master_free(struct master *m)
{
	if (m == NULL)
		return;
	link_free(m->link);
	sentinel_free(m->sentinel);
	free(m);
}

/* Keeps the first failure of a batch. */
static bool fail(struct master *m, const char *why)
{
	if (!m->failed)
		snprintf(m->error, REPLICATION_WHY_SIZE, "%s", why);
	return false;
}

/* Connects to the master that the sentinels name. If that one does not answer, another sentinel may
 * know better. */
static bool open_master(struct master *m)
{
	for (unsigned tries = 0; tries < m->url->count; tries++) {
		if (!sentinel_ask(m->sentinel, &m->server))
			return fail(m, sentinel_error(m->sentinel));
		if (link_open(m->link, &m->server))
			return true;
		sentinel_doubt(m->sentinel);
	}
	return fail(m, link_error(m->link));
}

static bool open_link(struct master *m)
{
	m->changes++;
	m->lost = m->lost || m->answered;
	if (m->sentinel != NULL)
		return open_master(m);
	return link_open(m->link, &m->url->servers[0]) || fail(m, link_error(m->link));
}

/* After a failure: whether the batch may be sent again. An idle connection may be dead because
 * Redis was restarted. A server that is no master has done nothing, and there may be another. */
static bool may_repeat(struct master *m)
{
	if (m->repeats == 0 || (!link_was_dead(m->link) && !link_not_master(m->link)))
		return false;
	m->repeats--;
	if (link_not_master(m->link))
		sentinel_doubt(m->sentinel);
	return true;
}

static bool transmit(struct master *m)
{
	while (link_is_usable(m->link) || open_link(m)) {
		if (link_send(m->link, m->bytes, m->len, m->commands))
			return true;
		fail(m, link_error(m->link));
		if (!may_repeat(m))
			return false;
	}
	return false;
}

bool master_send(struct master *m, const char *bytes, size_t len, unsigned commands, bool once)
{
	m->bytes = bytes;
	m->len = len;
	m->commands = commands;
	m->taken = 0;
	m->repeats = once ? 0 : m->url->count;
	m->failed = m->refused = false;
	if (once && !link_is_usable(m->link))
		return fail(m, "redis: write: connection closed");
	return transmit(m);
}

/* Whether the server refuses the first command as a replaced master does: it has no replicas
 * (NOREPLICAS), or is a replica itself (READONLY). Then it has done no write, and another sentinel
 * may know the new master. */
static bool is_replaced(const struct master *m, const char *code)
{
	return m->sentinel != NULL && m->taken == 0 && m->repeats > 0 &&
	       (strcmp(code, "NOREPLICAS") == 0 || strcmp(code, "READONLY") == 0);
}

/* Looks at an error reply. Returns true if the batch was sent again, to another server. */
static bool look_elsewhere(struct master *m, const char *code)
{
	char refusal[RESP_REFUSAL_SIZE];

	resp_refusal(refusal, code, m->bytes, m->taken);
	fail(m, refusal);
	m->refused = true;
	if (!is_replaced(m, code))
		return false;
	m->repeats = 0; /* only once: it costs time if the others are out of reach */
	sentinel_doubt(m->sentinel);
	link_close(m->link);
	m->refused = false;
	return transmit(m);
}

static struct redisReply *take(struct master *m)
{
	char code[RESP_ERROR_CODE_SIZE];

	while (link_pending(m->link) > 0) {
		const struct redisReply *reply = link_next(m->link);
		if (reply == NULL) {
			fail(m, link_error(m->link));
			if (!may_repeat(m) || !transmit(m))
				return NULL;
		} else if (!resp_is_error(reply, code)) {
			m->answered = true;
			return link_keep(m->link);
		} else if (!look_elsewhere(m, code)) {
			return NULL;
		}
	}
	return NULL; /* the batch has failed already */
}

struct redisReply *master_next(struct master *m)
{
	struct redisReply *reply = take(m);

	m->taken++;
	m->failed = m->failed || reply == NULL;
	/* Another server may be the master by now, so the next batch gets a new connection. */
	if (m->refused && m->taken == m->commands)
		link_close(m->link);
	return reply;
}

unsigned long master_changes(const struct master *m)
{
	return m->changes;
}

void master_begin_request(struct master *m)
{
	m->answered = m->lost = false;
}

static bool is_replicated(struct master *m, unsigned number)
{
	struct replication n = {.number = number};

	if (number == 0 && m->sentinel != NULL && !sentinel_replicas(m->sentinel, &m->server, &n))
		return fail(m, sentinel_error(m->sentinel));
	if (!link_is_usable(m->link) || !m->answered || m->lost)
		return fail(m, "redis: not replicated: connection closed");
	return replication_ask(&n, m->link, MASTER_TAG, m->error) &&
	       replication_take(&n, m->link, m->error);
}

bool master_replicated(struct master *m, unsigned number)
{
	m->failed = false;
	bool replicated = is_replicated(m, number);
	master_begin_request(m);
	return replicated;
}

const char *master_fault_of_sentinels(struct master *m)
{
	return m->sentinel != NULL ? sentinel_fault(m->sentinel) : NULL;
}
