#include "redis/replication.h"
#include "core/clock.h"
#include "core/text.h"
#include "redis/link.h"
#include "redis/resp.h"
#include "redis/stream.h"
#include "redis/tag.h"

#include <stdio.h>
#include <string.h>

enum { ROUNDS_MAX = 4, TIME_LEAST_MS = 10 };

static bool is_name(const char *host)
{
	return host[strspn(host, "0123456789.")] != '\0' && strchr(host, ':') == NULL;
}

/* The sentinels may know by its name whom the master knows by its address. */
static bool is_same(const struct redis_server *a, const struct redis_server *b, bool look_up)
{
	if (!look_up)
		return redis_server_same(a, b);
	return strcmp(a->port, b->port) == 0 && (is_name(a->host) || is_name(b->host)) &&
	       stream_same_host(a->host, b->host);
}

static const struct replication_server *find(const struct replication *n,
					     const struct redis_server *server, bool look_up)
{
	for (unsigned i = 0; i < n->count; i++)
		if (is_same(&n->at[i].server, server, look_up))
			return &n->at[i];
	return NULL;
}

static bool is_listed(const struct replication *n, const struct redis_server *server)
{
	return find(n, server, false) != NULL || find(n, server, true) != NULL;
}

void replication_add(struct replication *n, const struct redis_server *server, bool spared)
{
	struct replication_server *known = (struct replication_server *)find(n, server, false);

	if (known != NULL)
		known->spared = known->spared && spared;
	else if (n->count == REPLICATION_SERVERS_MAX)
		n->too_many = true;
	else
		n->at[n->count++] = (struct replication_server){*server, spared};
}

static bool fail(char why[static REPLICATION_WHY_SIZE], const char *reason)
{
	snprintf(why, REPLICATION_WHY_SIZE, "redis: not replicated: %s", reason);
	return false;
}

/* `wait`: the number of replicas to wait for. The fence is a real write, because WAIT waits only
 * for what its own connection has written. `tag` is NULL if it was sent already. */
static bool send_question(const struct replication *n, struct link *l, const char *tag,
			  unsigned wait, long long ms, char why[static REPLICATION_WHY_SIZE])
{
	char number[TEXT_DECIMAL_SIZE], time[TEXT_DECIMAL_SIZE];
	struct text out = {0};
	unsigned count = 0;

	if (tag != NULL) {
		char key[TAG_KEY_SIZE];
		tag_key(key, tag, "fence");
		count += resp_add(&out, "SET", key, "1", "EX", "1", NULL);
		if (n->number == 0)
			count += resp_add(&out, "ROLE", NULL);
	}
	count += resp_add(&out, "WAIT", text_decimal(number, wait), text_decimal(time, ms), NULL);
	if (n->number == 0)
		count += resp_add(&out, "ROLE", NULL);
	bool sent = !out.failed && link_send(l, out.at, out.len, count);
	if (!sent)
		fail(why, out.failed ? "out of memory" : link_error(l));
	text_free(&out);
	return sent;
}

bool replication_ask(const struct replication *n, struct link *l, const char *tag,
		     char why[static REPLICATION_WHY_SIZE])
{
	unsigned wait = n->number;

	if (n->too_many)
		return fail(why, "too many replicas");
	for (unsigned i = 0; n->number == 0 && i < n->count; i++)
		wait += !n->at[i].spared;
	return send_question(n, l, tag, wait, REPLICATION_MS, why);
}

/* The fence may be refused while memory is full or a slot moves. What was written before can reach
 * the replicas all the same, as the offsets show. */
static bool may_be_refused(const char *code)
{
	return strcmp(code, "OOM") == 0 || strcmp(code, "MOVED") == 0 || strcmp(code, "ASK") == 0;
}

/* A reply that is not an error. */
static const struct redisReply *take_reply(struct link *l, bool fence,
					   char why[static REPLICATION_WHY_SIZE])
{
	const struct redisReply *reply = link_next(l);
	char code[RESP_ERROR_CODE_SIZE];

	if (reply == NULL)
		fail(why, link_error(l));
	if (reply == NULL || !resp_is_error(reply, code) || (fence && may_be_refused(code)))
		return reply;
	link_fail(l, "error reply", resp_words(code));
	fail(why, link_error(l));
	return NULL;
}

/* ["master", offset, [[host, port, offset], …]] */
static bool take_role(struct link *l, long long *offset, const struct redisReply **replicas,
		      char why[static REPLICATION_WHY_SIZE])
{
	const struct redisReply *reply = take_reply(l, false, why);
	const char *role;
	size_t len;

	if (reply == NULL)
		return false;
	if (resp_count(reply) < 3 || !resp_text(resp_element(reply, 0), &role, &len) ||
	    strcmp(role, "master") != 0 || !resp_number(resp_element(reply, 1), offset)) {
		link_fail(l, "read", "the server is not the master");
		return fail(why, link_error(l));
	}
	*replicas = resp_element(reply, 2);
	return true;
}

static bool read_replica(const struct redisReply *replica, struct redis_server *server,
			 long long *offset)
{
	return resp_count(replica) >= 3 &&
	       resp_copy(resp_element(replica, 0), server->host, sizeof server->host) &&
	       resp_copy(resp_element(replica, 1), server->port, sizeof server->port) &&
	       resp_number(resp_element(replica, 2), offset);
}

static bool has_acknowledged(const struct redisReply *replicas, const struct redis_server *server,
			     long long offset)
{
	struct redis_server named;
	long long reached;

	for (int look_up = 0; look_up < 2; look_up++)
		for (size_t i = 0; i < resp_count(replicas); i++)
			if (read_replica(resp_element(replicas, i), &named, &reached) &&
			    reached >= offset && is_same(&named, server, look_up))
				return true;
	return false;
}

static void missed(const struct redis_server *server, char why[static REPLICATION_WHY_SIZE])
{
	snprintf(why, REPLICATION_WHY_SIZE,
		 "redis: not replicated: %s:%s has not acknowledged in time", server->host,
		 server->port);
}

/* Returns how many servers are not at this offset yet; `why` names one of them. *reached is the
 * number of replicas that are. */
static unsigned count_missing(const struct replication *n, const struct redisReply *replicas,
			      long long offset, unsigned *reached,
			      char why[static REPLICATION_WHY_SIZE])
{
	struct redis_server named;
	unsigned missing = 0;
	long long at;

	*reached = 0;
	for (size_t i = 0; i < resp_count(replicas); i++) {
		bool good = read_replica(resp_element(replicas, i), &named, &at);
		*reached += good && at >= offset;
		if (good && at < offset && !is_listed(n, &named)) {
			missing++;
			missed(&named, why);
		}
	}
	for (unsigned i = 0; i < n->count; i++)
		if (!n->at[i].spared && !has_acknowledged(replicas, &n->at[i].server, offset)) {
			missing++;
			missed(&n->at[i].server, why);
		}
	if (*reached == 0 && missing == 0) {
		missing = 1; /* no failover is possible, and none would have it */
		fail(why, "no replica has acknowledged in time");
	}
	return missing;
}

static bool take_number(const struct replication *n, struct link *l,
			char why[static REPLICATION_WHY_SIZE])
{
	const struct redisReply *reply;
	long long reached;

	if (take_reply(l, true, why) == NULL || (reply = take_reply(l, false, why)) == NULL)
		return false;
	return (resp_number(reply, &reached) && reached >= n->number) ||
	       fail(why, "too few replicas have answered WAIT in time");
}

bool replication_take(const struct replication *n, struct link *l,
		      char why[static REPLICATION_WHY_SIZE])
{
	long long until_ms = clock_ms() + REPLICATION_MS, offset, later;
	const struct redisReply *replicas;

	if (n->number > 0)
		return take_number(n, l, why);
	if (take_reply(l, true, why) == NULL || !take_role(l, &offset, &replicas, why))
		return false;
	for (int rounds = 1;; rounds++) {
		unsigned reached;
		if (take_reply(l, false, why) == NULL || !take_role(l, &later, &replicas, why))
			return false;
		unsigned missing = count_missing(n, replicas, offset, &reached, why);
		if (missing == 0)
			return true;
		long long left_ms = until_ms - clock_ms();
		if (left_ms < TIME_LEAST_MS || rounds == ROUNDS_MAX ||
		    !send_question(n, l, NULL, reached + missing, left_ms, why))
			return false;
	}
}
