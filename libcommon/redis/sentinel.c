#include "redis/sentinel.h"
#include "core/text.h"
#include "redis/link.h"
#include "redis/redis_url.h"
#include "redis/replication.h"
#include "redis/resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTINEL_ANSWER_MS = 200, OTHERS_MAX = 32, ID_SIZE = 48 };

struct sentinel {
	const struct redis_url *url;
	struct link *links[REDIS_SERVERS_MAX];
	unsigned first; /* the one that is asked first */
	char error[200];
};

struct sentinel *sentinel_new(const struct redis_url *url)
{
	struct sentinel *s = calloc(1, sizeof *s);
	struct link_terms terms = {.user = "",
				   .password = url->sentinel_password,
				   .db = "",
				   .answer_ms = SENTINEL_ANSWER_MS,
				   .patient = true};

	if (s == NULL)
		return NULL;
	s->url = url;
	for (unsigned i = 0; i < url->count; i++)
		if ((s->links[i] = link_new(&terms)) == NULL) {
			sentinel_free(s);
			return NULL;
		}
	return s;
}

void sentinel_free(struct sentinel *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->url->count; i++)
		link_free(s->links[i]);
	free(s);
}

const char *sentinel_error(const struct sentinel *s)
{
	return s->error;
}

void sentinel_doubt(struct sentinel *s)
{
	s->first = (s->first + 1) % s->url->count;
}

/* What a sentinel is asked, in one write. */
struct question {
	struct text bytes;
	unsigned commands;
};

static void add(struct question *q, const char *name, const char *service)
{
	q->commands += resp_add(&q->bytes, "SENTINEL", name, service, NULL);
}

/* Sends the question to one sentinel, on a connection that was kept or is new. */
static bool send_to(struct sentinel *s, unsigned i, const struct question *q)
{
	struct link *l = s->links[i];

	if (q->bytes.failed)
		return link_fail(l, "write", "out of memory");
	return (link_is_usable(l) || link_open(l, &s->url->servers[i])) &&
	       link_send(l, q->bytes.at, q->bytes.len, q->commands);
}

/* Takes the first reply to the question. A connection that was kept may be dead by now. */
static const struct redisReply *first_reply(struct sentinel *s, unsigned i,
					    const struct question *q)
{
	const struct redisReply *reply = link_next(s->links[i]);

	if (reply == NULL && link_was_dead(s->links[i]) && send_to(s, i, q))
		reply = link_next(s->links[i]);
	return reply;
}

/* Reads the answer: host and port, or nil if this sentinel does not know the service. */
static bool read_master(struct link *l, const struct redisReply *reply, struct redis_server *master)
{
	char code[RESP_ERROR_CODE_SIZE];

	if (reply == NULL)
		return false;
	if (resp_is_error(reply, code))
		return link_fail(l, "error reply", resp_words(code));
	if (resp_is_nil(reply))
		return link_fail(l, "read", "it does not know the service");
	return (resp_count(reply) == 2 &&
		resp_copy(resp_element(reply, 0), master->host, sizeof master->host) &&
		resp_copy(resp_element(reply, 1), master->port, sizeof master->port)) ||
	       link_fail(l, "read", "not an answer of a sentinel");
}

bool sentinel_ask(struct sentinel *s, struct redis_server *master)
{
	struct question q = {0};
	struct link *l = NULL;
	bool answered = false;

	add(&q, "GET-MASTER-ADDR-BY-NAME", s->url->service);
	for (unsigned tries = 0; tries < s->url->count && !answered; tries++) {
		l = s->links[s->first];
		answered = send_to(s, s->first, &q) &&
			   read_master(l, first_reply(s, s->first, &q), master);
		if (!answered)
			sentinel_doubt(s);
	}
	text_free(&q.bytes);
	if (!answered)
		snprintf(s->error, sizeof s->error, "no sentinel answers; the last one: %s",
			 link_error(l));
	return answered;
}

/* The value of a field, in a list of names and values. NULL: the list lacks it. */
static const struct redisReply *field(const struct redisReply *list, const char *name)
{
	const char *at;
	size_t len;

	for (size_t i = 0; i + 1 < resp_count(list); i += 2)
		if (resp_text(resp_element(list, i), &at, &len) && strcmp(at, name) == 0)
			return resp_element(list, i + 1);
	return NULL;
}

static bool text_field(char *out, size_t size, const struct redisReply *list, const char *name)
{
	const struct redisReply *value = field(list, name);

	return value != NULL && resp_copy(value, out, size);
}

static bool number_field(long long *out, const struct redisReply *list, const char *name)
{
	const struct redisReply *value = field(list, name);

	return value != NULL && resp_number(value, out);
}

/* Whether the sentinel considers the server of the list down. */
static bool is_down(const struct redisReply *list)
{
	char flags[256];

	return text_field(flags, sizeof flags, list, "flags") && strstr(flags, "s_down") != NULL;
}

/* What the sentinels say of each other, by their ids. */
struct poll {
	char answered[REDIS_SERVERS_MAX][ID_SIZE];
	char alive[OTHERS_MAX][ID_SIZE]; /* at least one of them does not consider them down */
	unsigned answers, alive_count, sentinels;
	bool all_alive_known; /* `alive` had room for all */
};

static void add_alive(struct poll *p, const struct redisReply *other)
{
	if (p->alive_count == OTHERS_MAX ||
	    !text_field(p->alive[p->alive_count], ID_SIZE, other, "runid"))
		p->all_alive_known = false;
	else
		p->alive_count++;
}

static bool has_answered(const struct poll *p, const char *id)
{
	for (unsigned i = 0; i < p->answers; i++)
		if (strcmp(p->answered[i], id) == 0)
			return true;
	return false;
}

/* Whether all sentinels that answered consider all others down. */
static bool all_others_are_down(const struct poll *p)
{
	for (unsigned i = 0; i < p->alive_count; i++)
		if (!has_answered(p, p->alive[i]))
			return false;
	return p->all_alive_known;
}

static void add_replicas(struct replication *n, const struct redisReply *list,
			 const struct redis_server *master)
{
	struct redis_server server;
	long long priority;

	for (size_t i = 0; i < resp_count(list); i++) {
		const struct redisReply *replica = resp_element(list, i);
		if (!text_field(server.host, sizeof server.host, replica, "ip") ||
		    !text_field(server.port, sizeof server.port, replica, "port"))
			n->too_many = true; /* nobody knows which server it means */
		else if (!redis_server_same(&server, master))
			replication_add(n, &server,
					is_down(replica) ||
					    (number_field(&priority, replica, "slave-priority") &&
					     priority == 0));
	}
}

/* Takes what one sentinel knows. Returns false if it does not answer or does not know the
 * service. */
static bool take_view(struct sentinel *s, unsigned i, const struct question *q,
		      const struct redis_server *master, struct poll *p, struct replication *n)
{
	struct link *l = s->links[i];
	const struct redisReply *reply = first_reply(s, i, q);
	struct redis_server named;

	if (reply == NULL || !resp_copy(reply, p->answered[p->answers], ID_SIZE) ||
	    !read_master(l, link_next(l), &named) || (reply = link_next(l)) == NULL)
		return false;
	if (!redis_server_same(&named, master))
		replication_add(n, &named, false);
	add_replicas(n, reply, master);
	if ((reply = link_next(l)) == NULL)
		return false;
	p->answers++;
	if (resp_count(reply) + 1 > p->sentinels)
		p->sentinels = (unsigned)resp_count(reply) + 1;
	for (size_t other = 0; other < resp_count(reply); other++)
		if (!is_down(resp_element(reply, other)))
			add_alive(p, resp_element(reply, other));
	return true;
}

bool sentinel_replicas(struct sentinel *s, const struct redis_server *master, struct replication *n)
{
	struct poll p = {.sentinels = s->url->count, .all_alive_known = true};
	struct question q = {0};
	bool sent[REDIS_SERVERS_MAX] = {false};

	q.commands = resp_add(&q.bytes, "SENTINEL", "MYID", NULL);
	add(&q, "GET-MASTER-ADDR-BY-NAME", s->url->service);
	add(&q, "REPLICAS", s->url->service);
	add(&q, "SENTINELS", s->url->service);
	for (unsigned i = 0; i < s->url->count; i++)
		sent[i] = send_to(s, i, &q);
	for (unsigned i = 0; i < s->url->count; i++)
		if (sent[i] && !take_view(s, i, &q, master, &p, n))
			link_close(s->links[i]);
	text_free(&q.bytes);
	if (p.answers < p.sentinels / 2 + 1) {
		snprintf(s->error, sizeof s->error,
			 "redis: not replicated: %u of %u sentinels answer, which is no majority",
			 p.answers, p.sentinels);
		return false;
	}
	if (!all_others_are_down(&p))
		for (unsigned i = 0; i < n->count; i++)
			n->at[i].spared = false;
	return true;
}

static const char *judge(const struct sentinel *s, const struct redisReply *master)
{
	char flags[256];
	long long others, replicas;

	if (resp_count(master) == 0 || !text_field(flags, sizeof flags, master, "flags") ||
	    !number_field(&others, master, "num-other-sentinels") ||
	    !number_field(&replicas, master, "num-slaves"))
		return "a sentinel does not know the service: compare its monitor lines";
	if (strstr(flags, "s_down") != NULL || strstr(flags, "disconnected") != NULL)
		return "a sentinel cannot talk to the master: with a password on Redis it needs "
		       "auth-pass";
	if (replicas == 0)
		return "a sentinel knows no replica: nothing can replace the master";
	if (others + 1 < s->url->count)
		return "a sentinel does not know all others: nothing may be able to replace the "
		       "master";
	if (others + 1 > s->url->count)
		return "REDIS_URL does not name all sentinels: a replica that is down blocks "
		       "logins";
	return NULL;
}

const char *sentinel_fault(struct sentinel *s)
{
	const char *fault = NULL;
	struct question q = {0};

	add(&q, "MASTER", s->url->service);
	for (unsigned i = 0; i < s->url->count && fault == NULL; i++) {
		const struct redisReply *reply = send_to(s, i, &q) ? first_reply(s, i, &q) : NULL;
		fault = reply != NULL ? judge(s, reply) : "a sentinel of REDIS_URL does not answer";
	}
	text_free(&q.bytes);
	return fault;
}
