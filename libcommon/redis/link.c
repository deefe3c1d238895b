#include "redis/link.h"
#include "core/clock.h"
#include "core/text.h"
#include "redis/redis_url.h"
#include "redis/resp.h"
#include "redis/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 2048 };

struct link {
	struct link_terms terms;
	int fd;                     /* -1: not connected */
	struct resp_reader *reader; /* of this connection; holds the last reply */

	unsigned pending;      /* the number of replies still to come */
	unsigned greetings;    /* replies to the greeting, which come before them */
	bool used;             /* a batch was sent on this connection before */
	long long stale_ms;    /* from then on it is not used again; 0: never */
	bool idle;             /* `used` before the batch that was sent last */
	size_t read_bytes;     /* the number of bytes read since the batch was sent */
	long long deadline_ms; /* for replies that come in pieces; 0: not set yet */
	bool shortened;        /* the socket's read limit is now less than answer_ms */

	bool was_dead, not_master; /* of the last failure */
	bool late;
	long long rests_until_ms;
	char error[160];
};

void link_close(struct link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	resp_reader_free(l->reader);
	l->fd = -1;
	l->reader = NULL;
	l->pending = l->greetings = 0;
}

bool link_fail(struct link *l, const char *doing, const char *why)
{
	snprintf(l->error, sizeof l->error, "redis: %s: %s", doing, why);
	link_close(l);
	return false;
}

static void rest(struct link *l)
{
	if (!l->terms.patient)
		return;
	l->late = true;
	l->rests_until_ms = clock_ms() + LINK_REST_MS;
}

static bool send_greeting(struct link *l)
{
	const struct link_terms *g = &l->terms;
	struct text out = {0};

	if (g->user[0] != '\0')
		l->greetings += resp_add(&out, "AUTH", g->user, g->password, NULL);
	else if (g->password[0] != '\0')
		l->greetings += resp_add(&out, "AUTH", g->password, NULL);
	if (g->db[0] != '\0')
		l->greetings += resp_add(&out, "SELECT", g->db, NULL);
	if (g->master)
		l->greetings += resp_add(&out, "ROLE", NULL);
	if (l->greetings == 0)
		return true;
	const char *why = "out of memory";
	bool sent = !out.failed && stream_write(l->fd, out.at, out.len, &why);
	text_free(&out);
	return sent || link_fail(l, "write", why);
}

struct link *link_new(const struct link_terms *terms)
{
	struct link *l = calloc(1, sizeof *l);

	if (l != NULL) {
		l->terms = *terms;
		l->fd = -1;
	}
	return l;
}

void link_free(struct link *l)
{
	if (l == NULL)
		return;
	link_close(l);
	free(l);
}

bool link_open(struct link *l, const struct redis_server *server)
{
	const char *why = NULL;
	bool late;

	l->was_dead = l->not_master = false;
	if (l->rests_until_ms != 0 && clock_ms() < l->rests_until_ms)
		return link_fail(l, "connect", "no answer a moment ago");
	l->fd = server->port[0] == '\0'
		    ? stream_connect_unix(server->host, LINK_CONNECT_MS, &why, &late)
		    : stream_connect_tcp(server->host, server->port, LINK_CONNECT_MS, &why, &late);
	if (l->fd < 0) {
		if (late)
			rest(l);
		return link_fail(l, "connect", why);
	}
	l->reader = resp_reader_new();
	if (l->reader == NULL)
		return link_fail(l, "connect", "out of memory");
	stream_limit_reads(l->fd, l->terms.answer_ms);
	l->shortened = l->used = l->late = false;
	l->stale_ms = 0;
	return send_greeting(l);
}

bool link_is_usable(struct link *l)
{
	bool stale = l->fd >= 0 && l->stale_ms != 0 && clock_ms() >= l->stale_ms;

	if (stale || l->pending > 0)
		link_close(l);
	return l->fd >= 0;
}

bool link_send(struct link *l, const char *bytes, size_t len, unsigned commands)
{
	const char *why;

	if (l->shortened)
		stream_limit_reads(l->fd, l->terms.answer_ms);
	l->idle = l->used;
	l->used = true;
	l->stale_ms = l->terms.patient ? clock_ms() + LINK_UNUSED_MS : 0;
	l->was_dead = l->not_master = l->shortened = false;
	l->read_bytes = 0;
	l->deadline_ms = 0;
	if (!stream_write(l->fd, bytes, len, &why)) {
		l->was_dead = l->idle;
		return link_fail(l, "write", why);
	}
	l->pending = commands;
	return true;
}

unsigned link_pending(const struct link *l)
{
	return l->pending;
}

/* Reads once more. The socket's time limit is enough for the first read; the clock is needed only
 * if the replies come in pieces. */
static bool read_more(struct link *l)
{
	char bytes[READ_BYTES];
	const char *why;
	bool late;

	if (l->read_bytes > LINK_REPLIES_MAX_BYTES)
		return link_fail(l, "read", "the answer is too long");
	if (l->read_bytes > 0) {
		long long now = clock_ms();
		if (l->deadline_ms == 0)
			l->deadline_ms = now + l->terms.answer_ms;
		if (now >= l->deadline_ms)
			return link_fail(l, "read", "no answer in time");
		stream_limit_reads(l->fd, l->deadline_ms - now);
		l->shortened = true;
	}
	ssize_t n = stream_read(l->fd, bytes, sizeof bytes, &why, &late);
	if (n == 0 && !l->idle && l->read_bytes == 0)
		why = "connection closed before any answer: a port for TLS, or no Redis";
	if (n <= 0) {
		l->was_dead = l->idle && !late && l->read_bytes == 0;
		if (late)
			rest(l);
		return link_fail(l, "read", why);
	}
	l->read_bytes += (size_t)n;
	if (!resp_feed(l->reader, bytes, (size_t)n))
		return link_fail(l, "read", "out of memory");
	return true;
}

/* Takes the next complete reply, to a greeting or to a command. */
static const struct redisReply *take_reply(struct link *l)
{
	const struct redisReply *reply;
	bool broken;

	while ((reply = resp_next(l->reader, &broken)) == NULL) {
		if (broken)
			link_fail(l, "read", "not the Redis protocol");
		if (broken || !read_more(l))
			return NULL;
	}
	return reply;
}

/* Takes the reply to a greeting. ROLE comes last (Redis, "Sentinel clients", step 3). */
static bool take_greeting(struct link *l)
{
	const struct redisReply *reply = take_reply(l);
	char code[RESP_ERROR_CODE_SIZE];
	const char *role;
	size_t len;

	if (reply == NULL)
		return false;
	if (resp_is_error(reply, code))
		return link_fail(l, "error reply", resp_words(code));
	l->greetings--;
	if (!l->terms.master || l->greetings > 0)
		return true;
	l->not_master = resp_count(reply) == 0 || !resp_text(resp_element(reply, 0), &role, &len) ||
			strcmp(role, "master") != 0;
	return !l->not_master || link_fail(l, "connect", "the server is not the master");
}

const struct redisReply *link_next(struct link *l)
{
	const struct redisReply *reply;

	if (l->pending == 0)
		return NULL; /* the batch has failed already */
	while (l->greetings > 0)
		if (!take_greeting(l))
			return NULL;
	reply = take_reply(l);
	if (reply != NULL)
		l->pending--;
	return reply;
}

struct redisReply *link_keep(struct link *l)
{
	return resp_keep(l->reader);
}

bool link_was_dead(const struct link *l)
{
	return l->was_dead;
}

bool link_not_master(const struct link *l)
{
	return l->not_master;
}

bool link_is_late(const struct link *l)
{
	return l->late;
}

const char *link_error(const struct link *l)
{
	return l->error;
}
