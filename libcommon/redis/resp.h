/* resp: the protocol of Redis (RESP 2): commands to bytes, bytes to replies. No other module uses
 * hiredis, and this one knows nothing of connections. */
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
	RESP_REFUSAL_SIZE = 96,
};

/* Adds a command: its name and its arguments, which are strings up to a NULL. Each string is one
 * argument whatever it contains, so nothing that a user sends can become a command. */
void resp_add_command(struct text *out, const char *name, va_list arguments);

/* The same. Returns the number of commands: 1. */
unsigned resp_add(struct text *out, const char *name, ...) __attribute__((sentinel));

/* NULL: no memory. `r` may be NULL in resp_reader_free. */
struct resp_reader *resp_reader_new(void);
void resp_reader_free(struct resp_reader *r);

/* Gives the reader bytes that have come. false: no memory. */
bool resp_feed(struct resp_reader *r, const char *bytes, size_t len);

/* Takes the next reply. It is valid until the next call. *broken is true if the bytes are not this
 * protocol, or exceed the limits above; then the reader is of no more use. NULL and not broken: the
 * reply is not complete yet. */
const struct redisReply *resp_next(struct resp_reader *r, bool *broken);

/* Gives the reply that was taken last to the caller, who frees it with resp_free (NULL: nothing
 * happens). */
struct redisReply *resp_keep(struct resp_reader *r);
void resp_free(struct redisReply *reply);

/* If the reply is an error (-ERR, -OOM, -READONLY …), writes its code and returns true. The code is
 * "" if it is not one of Redis. resp_words gives it as words for the log. The rest of the text is
 * not for the log, because some servers repeat the command's arguments in it, and one of them can
 * be a password. resp_error_text is that text, for the redirects of a cluster. */
bool resp_is_error(const struct redisReply *reply, char code[static RESP_ERROR_CODE_SIZE]);
const char *resp_words(const char *code);

/* Writes what a log may say of a command that was refused, such as "NOPERM to ZADD XX": the code,
 * the name, and those arguments that are words in capitals, which are options. `batch` holds
 * commands of resp_add_command, of which `index` come before it. */
void resp_refusal(char out[static RESP_REFUSAL_SIZE], const char *code, const char *batch,
		  unsigned index);
const char *resp_error_text(const struct redisReply *reply);

/* Copies a text without NUL that is not empty. false: it is no such text, or does not fit. */
bool resp_copy(const struct redisReply *reply, char *out, size_t size);

/* These return false if the reply is of another type. */
bool resp_is_nil(const struct redisReply *reply);
bool resp_text(const struct redisReply *reply, const char **text, size_t *len);
bool resp_number(const struct redisReply *reply, long long *number); /* also digits in a string */
size_t resp_count(const struct redisReply *reply); /* the elements of an array; otherwise 0 */
const struct redisReply *resp_element(const struct redisReply *reply, size_t i);

#endif
