/* resp: the protocol of Redis (RESP 2), without connections. No other module uses hiredis. */
#ifndef SSA_RESP_H
#define SSA_RESP_H

#include "core/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct resp_reader;
struct redisReply; /* hiredis's; read it through the functions below */

enum {
	RESP_ARRAY_MAX = 4096,   /* elements of an array reply; more is a fault */
	RESP_DEPTH_MAX = 7,      /* levels of nested arrays; more is a fault */
	RESP_ARGUMENTS_MAX = 10, /* arguments of a command, with its name */
	RESP_ERROR_CODE_SIZE = 32,
	RESP_REFUSAL_SIZE = 120,
};

/* Adds a command: its name and its arguments, strings up to a NULL. */
void resp_add_command(struct text *out, const char *name, va_list arguments);

/* The same. Returns the number of commands: 1. */
unsigned resp_add(struct text *out, const char *name, ...) __attribute__((sentinel));

/* Returns NULL if memory ran out. `r` may be NULL in resp_reader_free. */
struct resp_reader *resp_reader_new(void);
void resp_reader_free(struct resp_reader *r);

/* Gives the reader bytes that have come. Returns false if memory ran out. */
bool resp_feed(struct resp_reader *r, const char *bytes, size_t len);

/* Returns the next reply, which is valid until the next call. NULL: it is not complete yet; or
 * *broken is true, because the bytes are not this protocol or exceed the limits above. Then the
 * reader is useless. */
const struct redisReply *resp_next(struct resp_reader *r, bool *broken);

/* Returns the same reply as resp_next did. The caller owns it and frees it with resp_free, which
 * may get NULL. */
struct redisReply *resp_keep(struct resp_reader *r);
void resp_free(struct redisReply *reply);

/* If the reply is an error (-ERR, -OOM …), writes its code and returns true. The code is "" if
 * Redis has none like it. resp_words returns words for the log. The rest of the text is not for the
 * log: some servers repeat the command's arguments, and one of them can be a password.
 * resp_error_text returns it, for the redirects of a cluster. */
bool resp_is_error(const struct redisReply *reply, char code[static RESP_ERROR_CODE_SIZE]);
const char *resp_words(const char *code);

/* Writes what a log may say of a refused command, such as "redis: error reply: NOPERM to ZADD XX":
 * the code, the name, and the options, which are arguments in capitals. It is command number
 * `index` of `batch`. */
void resp_refusal(char out[static RESP_REFUSAL_SIZE], const char *code, const char *batch,
		  unsigned index);
const char *resp_error_text(const struct redisReply *reply);

/* Copies a text. Returns false if the reply is no text, is empty, has a NUL, or does not fit. */
bool resp_copy(const struct redisReply *reply, char *out, size_t size);

/* These return false if the reply is of another type. */
bool resp_is_nil(const struct redisReply *reply);
bool resp_text(const struct redisReply *reply, const char **text, size_t *len);
bool resp_number(const struct redisReply *reply, long long *number); /* also digits in a string */
size_t resp_count(const struct redisReply *reply); /* the elements of an array; otherwise 0 */
const struct redisReply *resp_element(const struct redisReply *reply, size_t i);

#endif
