#include "store/redis.h"
#include "core/clock.h"
#include "core/redis_url.h"
#include "core/text.h"
#include "store/keys.h"
#include "store/resp.h"
#include "store/stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 2048, OUT_KEEP_BYTES = 16384 };

struct redis {
	const struct redis_url *url;
	int fd;                     /* -1: not connected */
	struct resp_reader *reader; /* of this connection; holds the last reply */

	struct text out;       /* the batch, kept because it may be sent again */
	bool sent;             /* it was sent: the next command begins a new batch */
	unsigned queued;       /* the number of commands in it */
	unsigned pending;      /* the number of replies still to come */
	unsigned greetings;    /* replies to AUTH and SELECT, which come before them */
	bool reused;           /* the connection was idle before this batch */
	size_t read_bytes;     /* the number of bytes read since the batch was sent */
	long long deadline_ms; /* for an answer that comes in pieces; 0: not set yet */
	bool shortened;        /* the socket's read limit is now less than REDIS_COMMAND_MS */
	unsigned long connections;
	char error[160];
};

static void disconnect(struct redis *r)
{
	if (r->fd >= 0)
		close(r->fd);
	resp_reader_free(r->reader);
	r->fd = -1;
	r->reader = NULL;
	r->pending = r->greetings = 0;
}

/* Keeps the reason for the log and closes the connection. If it stayed open after a timeout, the
 * late answer would be taken for the answer to the next command. */
static bool fail(struct redis *r, const char *doing, const char *why)
{
	snprintf(r->error, sizeof r->error, "redis: %s: %s", doing, why);
	disconnect(r);
	return false;
}

static void greet(struct redis *r, struct text *out, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	resp_add_command(out, name, arguments);
	va_end(arguments);
	r->greetings++;
}

/* Sends AUTH and SELECT before the batch, without waiting for their replies. */
static bool send_greeting(struct redis *r)
{
	const struct redis_url *url = r->url;
	struct text out = {0};

	if (url->user[0] != '\0')
		greet(r, &out, "AUTH", url->user, url->password, NULL);
	else if (url->password[0] != '\0')
		greet(r, &out, "AUTH", url->password, NULL);
	if (url->db[0] != '\0')
		greet(r, &out, "SELECT", url->db, NULL);
	if (r->greetings == 0)
		return true;
	const char *why = "out of memory";
	bool sent = !out.failed && stream_write(r->fd, out.at, out.len, &why);
	text_free(&out);
	return sent || fail(r, "write", why);
}

static bool open_connection(struct redis *r)
{
	const struct redis_url *url = r->url;
	const char *why = NULL;

	r->fd = url->path[0] != '\0'
		    ? stream_connect_unix(url->path, REDIS_CONNECT_MS, &why)
		    : stream_connect_tcp(url->host, url->port, REDIS_CONNECT_MS, &why);
	if (r->fd < 0)
		return fail(r, "connect", why);
	r->connections++;
	r->reader = resp_reader_new();
	if (r->reader == NULL)
		return fail(r, "connect", "out of memory");
	stream_limit_reads(r->fd, REDIS_COMMAND_MS);
	r->shortened = false;
	return send_greeting(r);
}

static bool send_batch(struct redis *r)
{
	const char *why;

	if (r->fd < 0 && !open_connection(r))
		return false;
	if (r->shortened)
		stream_limit_reads(r->fd, REDIS_COMMAND_MS);
	r->shortened = false;
	r->read_bytes = 0;
	r->deadline_ms = 0;
	if (!stream_write(r->fd, r->out.at, r->out.len, &why))
		return fail(r, "write", why);
	r->pending = r->queued;
	return true;
}

struct redis *redis_new(const struct redis_url *url)
{
	struct redis *r = calloc(1, sizeof *r);

	if (r != NULL) {
		r->url = url;
		r->fd = -1;
	}
	return r;
}

void redis_free(struct redis *r)
{
	if (r == NULL)
		return;
	disconnect(r);
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

void redis_probe(struct redis *r, const char *tag)
{
	char key[KEYS_SIZE];

	/* XX on a key that never exists: Redis checks that it could write, and then writes nothing,
	 * not even to its append-only file. */
	keys_probe(key, tag);
	redis_command(r, "SET", key, "1", "EX", "1", "XX", NULL);
}

void redis_probe_all(struct redis *r)
{
	redis_probe(r, "all");
}

bool redis_probed_all(struct redis *r)
{
	return redis_done(r, 1);
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

/* A connection that was idle may be dead because Redis was restarted. Then the batch is sent once
 * more, on a new connection. */
static bool send_again(struct redis *r)
{
	if (!r->reused || r->read_bytes > 0)
		return false;
	r->reused = false;
	return send_batch(r);
}

/* Ends the queueing, before the batch is sent. */
static bool close_batch(struct redis *r)
{
	r->sent = true;
	if (r->out.failed)
		return fail(r, "write", "out of memory");
	if (r->pending > 0) /* replies that were not taken must not be read as this batch's */
		disconnect(r);
	return true;
}

bool redis_send(struct redis *r)
{
	if (!close_batch(r))
		return false;
	r->reused = r->fd >= 0;
	r->read_bytes = 0;
	return send_batch(r) || send_again(r);
}

bool redis_send_on(struct redis *r)
{
	if (!close_batch(r))
		return false;
	if (r->fd < 0)
		return fail(r, "write", "connection closed");
	r->reused = false;
	return send_batch(r);
}

/* Reads once more into the reader. For the first read the socket's own time limit is enough. The
 * clock is needed only if an answer comes in pieces. */
static bool read_more(struct redis *r)
{
	char bytes[READ_BYTES];
	const char *why;
	bool late;

	if (r->read_bytes > REDIS_REPLY_MAX_BYTES)
		return fail(r, "read", "the answer is too long");
	if (r->read_bytes > 0) {
		long long now = clock_ms();
		if (r->deadline_ms == 0)
			r->deadline_ms = now + REDIS_COMMAND_MS;
		if (now >= r->deadline_ms)
			return fail(r, "read", "no answer in time");
		stream_limit_reads(r->fd, r->deadline_ms - now);
		r->shortened = true;
	}
	ssize_t n = stream_read(r->fd, bytes, sizeof bytes, &why, &late);
	if (n <= 0)
		return fail(r, "read", why) || (!late && send_again(r));
	r->read_bytes += (size_t)n;
	if (!resp_feed(r->reader, bytes, (size_t)n))
		return fail(r, "read", "out of memory");
	return true;
}

/* Takes the next complete reply, to a greeting or to a command. */
static const struct redisReply *take_reply(struct redis *r)
{
	const struct redisReply *reply;
	char code[RESP_ERROR_CODE_SIZE];
	bool broken;

	while ((reply = resp_next(r->reader, &broken)) == NULL) {
		if (broken)
			fail(r, "read", "not the Redis protocol");
		if (broken || !read_more(r))
			return NULL;
	}
	if (!resp_is_error(reply, code))
		return reply;
	fail(r, "error reply", code[0] != '\0' ? code : "not one of Redis");
	return NULL;
}

const struct redisReply *redis_next(struct redis *r)
{
	const struct redisReply *reply;

	if (r->pending == 0)
		return NULL; /* the batch has failed already */
	do
		reply = take_reply(r);
	while (reply != NULL && r->greetings > 0 && r->greetings-- > 0);
	if (reply != NULL)
		r->pending--;
	return reply;
}

bool redis_done(struct redis *r, size_t replies)
{
	for (; replies > 0; replies--)
		if (redis_next(r) == NULL)
			return false;
	return true;
}

unsigned long redis_connections(const struct redis *r)
{
	return r->connections;
}

const char *redis_error(const struct redis *r)
{
	return r->error;
}
