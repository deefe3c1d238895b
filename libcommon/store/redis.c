#include "store/redis.h"
#include "core/clock.h"
#include "core/redis_url.h"
#include "core/text.h"
#include "store/stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

enum { READ_BYTES = 2048, OUT_KEEP_BYTES = 16384 };

#if HIREDIS_MAJOR >= 1
typedef size_t array_size;
#else
typedef int array_size;
#endif

struct redis {
	const struct redis_url *url;
	int fd; /* -1: not connected */
	redisReader *reader;
	redisReplyObjectFunctions functions; /* hiredis's own, but with a limit on arrays */
	void *(*create_array)(const redisReadTask *, array_size);
	struct redisReply *last;

	struct text out;       /* the batch, kept because it may be sent again */
	bool sent;             /* it was sent: the next command begins a new batch */
	unsigned queued;       /* the number of commands in it */
	unsigned pending;      /* the number of replies still to come */
	unsigned greetings;    /* replies to AUTH and SELECT, which come before them */
	bool reused;           /* the connection was idle before this batch */
	size_t read_bytes;     /* the number of bytes read since the batch was sent */
	long long deadline_ms; /* for an answer that comes in pieces; 0: not set yet */
	bool shortened;        /* the socket's read limit is now less than REDIS_COMMAND_MS */
	char error[160];
};

static void disconnect(struct redis *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->reader != NULL)
		redisReaderFree(r->reader);
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

/* Limits arrays. hiredis allocates an array of any size that the other side announces. From 1.0 on
 * it also nests arrays to any depth that the other side sends, and frees them by recursion. */
static void *create_array(const redisReadTask *task, array_size elements)
{
	const struct redis *r = task->privdata;
	unsigned depth = 1;

	for (const redisReadTask *outer = task->parent; outer != NULL; outer = outer->parent)
		if (++depth > REDIS_DEPTH_MAX)
			return NULL;
	return elements <= REDIS_ARRAY_MAX ? r->create_array(task, elements) : NULL;
}

static void format(struct text *out, const char *name, va_list arguments)
{
	const char *argument[REDIS_ARGUMENTS_MAX] = {name};
	size_t len[REDIS_ARGUMENTS_MAX] = {strlen(name)};
	int count = 1;
	sds bytes = NULL;

	while (count < REDIS_ARGUMENTS_MAX &&
	       (argument[count] = va_arg(arguments, const char *)) != NULL) {
		len[count] = strlen(argument[count]);
		count++;
	}
	/* redisFormatCommand is not used, because it goes through printf, which costs more. */
	if (redisFormatSdsCommandArgv(&bytes, count, argument, len) < 0)
		out->failed = true;
	else
		text_add(out, bytes, sdslen(bytes));
	redisFreeSdsCommand(bytes);
}

static void greet(struct redis *r, struct text *out, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	format(out, name, arguments);
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
	r->reader = redisReaderCreate();
	if (r->reader == NULL)
		return fail(r, "connect", "out of memory");
	r->functions = *r->reader->fn;
	r->create_array = r->functions.createArray;
	r->functions.createArray = create_array;
	r->reader->fn = &r->functions;
	r->reader->privdata = r;
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

static void forget_reply(struct redis *r)
{
	if (r->last != NULL)
		freeReplyObject(r->last);
	r->last = NULL;
}

void redis_free(struct redis *r)
{
	if (r == NULL)
		return;
	disconnect(r);
	forget_reply(r);
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
	format(&r->out, name, arguments);
	va_end(arguments);
	r->queued++;
}

void redis_drop(struct redis *r)
{
	r->sent = true; /* the next command begins a new batch */
}

void redis_probe(struct redis *r)
{
	/* XX on a key that never exists: Redis checks that it could write, and then writes nothing,
	 * not even to its append-only file. */
	redis_command(r, "SET", "ssa:probe", "1", "EX", "1", "XX", NULL);
}

void redis_ask_time(struct redis *r)
{
	redis_command(r, "TIME", NULL);
}

bool redis_time(struct redis *r, long long *now)
{
	const struct redisReply *reply = redis_next(r);

	/* A server that is not Redis can send anything. In this range no sum of times overflows. */
	return reply != NULL && redis_count(reply) == 2 &&
	       redis_number(redis_element(reply, 0), now) && *now > 0 && *now <= 1LL << 40;
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
	forget_reply(r);
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
	if (redisReaderFeed(r->reader, bytes, (size_t)n) != REDIS_OK)
		return fail(r, "read", "out of memory");
	return true;
}

/* Keeps only the code of an error reply, because some servers repeat the command's arguments in the
 * error, and one of them can be a password. */
static bool fail_reply(struct redis *r, const struct redisReply *reply)
{
	char code[32];
	size_t len = 0;

	for (; len < sizeof code - 1 && reply->str[len] >= 'A' && reply->str[len] <= 'Z'; len++)
		code[len] = reply->str[len];
	code[len] = '\0';
	return fail(r, "error reply", len ? code : "not one of Redis");
}

/* Takes the next complete reply, to a greeting or to a command. */
static bool take_reply(struct redis *r)
{
	void *reply = NULL;

	forget_reply(r);
	for (;;) {
		if (redisReaderGetReply(r->reader, &reply) != REDIS_OK)
			return fail(r, "read", "not the Redis protocol");
		if (reply != NULL)
			break;
		if (!read_more(r))
			return false;
	}
	r->last = reply;
	return r->last->type != REDIS_REPLY_ERROR || fail_reply(r, r->last);
}

const struct redisReply *redis_next(struct redis *r)
{
	if (r->pending == 0)
		return NULL; /* the batch has failed already */
	do
		if (!take_reply(r))
			return NULL;
	while (r->greetings > 0 && r->greetings-- > 0);
	r->pending--;
	return r->last;
}

bool redis_done(struct redis *r, size_t replies)
{
	for (; replies > 0; replies--)
		if (redis_next(r) == NULL)
			return false;
	return true;
}

bool redis_is_nil(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_NIL;
}

bool redis_text(const struct redisReply *reply, const char **text, size_t *len)
{
	if (reply->type != REDIS_REPLY_STRING)
		return false;
	*text = reply->str;
	*len = (size_t)reply->len;
	return true;
}

bool redis_number(const struct redisReply *reply, long long *number)
{
	char *end;

	if (reply->type == REDIS_REPLY_INTEGER) {
		*number = reply->integer;
		return true;
	}
	if (reply->type != REDIS_REPLY_STRING || reply->len == 0)
		return false;
	errno = 0;
	*number = strtoll(reply->str, &end, 10);
	return errno == 0 && end == reply->str + reply->len;
}

size_t redis_count(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY ? (size_t)reply->elements : 0;
}

const struct redisReply *redis_element(const struct redisReply *reply, size_t i)
{
	return reply->element[i];
}

const char *redis_error(const struct redis *r)
{
	return r->error;
}
