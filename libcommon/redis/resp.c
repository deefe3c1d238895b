#include "redis/resp.h"
#include "core/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#if HIREDIS_MAJOR >= 1
typedef size_t array_size;
#else
typedef int array_size;
#endif

struct resp_reader {
	redisReader *reader;
	redisReplyObjectFunctions functions; /* hiredis's own, but with a limit on arrays */
	void *(*create_array)(const redisReadTask *, array_size);
	struct redisReply *last;
};

/* "*3" or "$5" and the end of the line. */
static void add_count(struct text *out, char kind, size_t count)
{
	char line[TEXT_DECIMAL_SIZE + 3], *end = line + sizeof line, *at = end;

	*--at = '\n';
	*--at = '\r';
	do
		*--at = (char)('0' + count % 10);
	while (count /= 10);
	*--at = kind;
	text_add(out, at, (size_t)(end - at));
}

/* hiredis's own functions use a kind of printf and allocate memory for each argument. */
void resp_add_command(struct text *out, const char *name, va_list arguments)
{
	const char *argument[RESP_ARGUMENTS_MAX] = {name};
	size_t count = 1;

	while (count < RESP_ARGUMENTS_MAX &&
	       (argument[count] = va_arg(arguments, const char *)) != NULL)
		count++;
	add_count(out, '*', count);
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(argument[i]);
		add_count(out, '$', len);
		text_add(out, argument[i], len);
		text_add(out, "\r\n", 2);
	}
}

unsigned resp_add(struct text *out, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	resp_add_command(out, name, arguments);
	va_end(arguments);
	return 1;
}

/* Limits arrays. hiredis allocates an array of any size that the other side announces. From 1.0 on
 * it also nests arrays to any depth, and frees them by recursion. */
static void *create_array(const redisReadTask *task, array_size elements)
{
	const struct resp_reader *r = task->privdata;
	unsigned depth = 1;

	for (const redisReadTask *outer = task->parent; outer != NULL; outer = outer->parent)
		if (++depth > RESP_DEPTH_MAX)
			return NULL;
	return elements <= RESP_ARRAY_MAX ? r->create_array(task, elements) : NULL;
}

struct resp_reader *resp_reader_new(void)
{
	struct resp_reader *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->reader = redisReaderCreate();
	if (r->reader == NULL) {
		free(r);
		return NULL;
	}
	r->functions = *r->reader->fn;
	r->create_array = r->functions.createArray;
	r->functions.createArray = create_array;
	r->reader->fn = &r->functions;
	r->reader->privdata = r;
	return r;
}

static void forget_reply(struct resp_reader *r)
{
	if (r->last != NULL)
		freeReplyObject(r->last);
	r->last = NULL;
}

struct redisReply *resp_keep(struct resp_reader *r)
{
	struct redisReply *reply = r->last;

	r->last = NULL;
	return reply;
}

void resp_free(struct redisReply *reply)
{
	freeReplyObject(reply);
}

void resp_reader_free(struct resp_reader *r)
{
	if (r == NULL)
		return;
	forget_reply(r);
	redisReaderFree(r->reader);
	free(r);
}

bool resp_feed(struct resp_reader *r, const char *bytes, size_t len)
{
	return redisReaderFeed(r->reader, bytes, len) == REDIS_OK;
}

const struct redisReply *resp_next(struct resp_reader *r, bool *broken)
{
	void *reply = NULL;

	forget_reply(r);
	*broken = redisReaderGetReply(r->reader, &reply) != REDIS_OK;
	r->last = reply;
	return r->last;
}

static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool resp_is_error(const struct redisReply *reply, char code[static RESP_ERROR_CODE_SIZE])
{
	if (reply->type != REDIS_REPLY_ERROR)
		return false;
	size_t len = strspn(reply->str, capitals);
	if (len >= RESP_ERROR_CODE_SIZE)
		len = RESP_ERROR_CODE_SIZE - 1;
	memcpy(code, reply->str, len);
	code[len] = '\0';
	return true;
}

const char *resp_words(const char *code)
{
	if (strcmp(code, "DENIED") == 0)
		return "DENIED: protected mode, set a password or bind to an address";
	return code[0] != '\0' ? code : "not one of Redis";
}

/* Reads the number behind a * or $, and moves *at behind its line. */
static size_t take_count(const char **at)
{
	enum { DIGITS_MAX = 20 };
	struct span text = {*at + 1, DIGITS_MAX};
	unsigned long long count;

	number_take(&text, &count);
	*at = text.at + 2;
	return (size_t)count;
}

void resp_refusal(char out[static RESP_REFUSAL_SIZE], const char *code, const char *batch,
		  unsigned index)
{
	const char *words = resp_words(code);
	size_t len = (size_t)snprintf(out, RESP_REFUSAL_SIZE, "redis: error reply: %s", words);

	if (strcmp(words, code) != 0) /* the words say enough */
		return;
	len += (size_t)snprintf(out + len, RESP_REFUSAL_SIZE - len, " to");

	for (;; index--) {
		for (size_t arguments = take_count(&batch); arguments > 0; arguments--) {
			size_t argument_len = take_count(&batch);
			bool is_word = argument_len > 0 && strspn(batch, capitals) == argument_len;
			if (index == 0 && is_word && len + argument_len + 2 < RESP_REFUSAL_SIZE)
				len += (size_t)snprintf(out + len, RESP_REFUSAL_SIZE - len, " %.*s",
							(int)argument_len, batch);
			batch += argument_len + 2;
		}
		if (index == 0)
			return;
	}
}

const char *resp_error_text(const struct redisReply *reply)
{
	return reply->str;
}

bool resp_is_nil(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_NIL;
}

bool resp_text(const struct redisReply *reply, const char **text, size_t *len)
{
	if (reply->type != REDIS_REPLY_STRING)
		return false;
	*text = reply->str;
	*len = (size_t)reply->len;
	return true;
}

bool resp_copy(const struct redisReply *reply, char *out, size_t size)
{
	const char *at;
	size_t len;

	if (!resp_text(reply, &at, &len) || len == 0 || len >= size || strlen(at) != len)
		return false;
	memcpy(out, at, len + 1);
	return true;
}

bool resp_number(const struct redisReply *reply, long long *number)
{
	if (reply->type == REDIS_REPLY_INTEGER) {
		*number = reply->integer;
		return true;
	}
	if (reply->type != REDIS_REPLY_STRING)
		return false;
	struct span text = {reply->str, reply->len};
	bool negative = span_take(&text, "-");
	unsigned long long digits;
	if (!number_read(text, LLONG_MAX, &digits))
		return false;
	*number = negative ? -(long long)digits : (long long)digits;
	return true;
}

size_t resp_count(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY ? (size_t)reply->elements : 0;
}

const struct redisReply *resp_element(const struct redisReply *reply, size_t i)
{
	return reply->element[i];
}
