/* reply: the answer of a handler to a request, and the bytes in which it goes to the front-end
 * server. CGI and SCGI replies have the same bytes (RFC 3875, section 6). */
#ifndef SSA_REPLY_H
#define SSA_REPLY_H

#include "core/result.h"
#include "core/sizes.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* A body that several replies send. Each of them holds it, and releases it when it is sent. */
struct shared_body {
	struct text text;
	unsigned holders;
};

/* Frees the body if nobody else holds it. NULL is nothing. */
void shared_body_release(struct shared_body *b);

/* What SSA_FAULTS makes of a request, see faults.h. All zero: nothing. */
struct made {
	unsigned code; /* the status; 0: as the result says */
	bool cut;      /* the second half of the body is not sent */
	bool delayed;  /* the client chose delay_ms */
	unsigned delay_ms;
	bool preferred; /* the client chose it: Preference-Applied */
};

/* A reply whose members are all zero is an empty reply. */
struct reply {
	enum result result;
	struct text headers;        /* header lines of the handler, each with its CRLF */
	struct text body;           /* JSON; an error without a body gets the common error body */
	struct shared_body *shared; /* NULL; or the reply holds this body, and `body` is empty */
	const char
	    *message;      /* public text instead of the result's own; lives as long as the reply */
	const char *allow; /* Allow (RFC 9110, 10.2.1) */
	unsigned retry_after_s; /* Retry-After; 0: no header, except in a 503, which gets 1 */
	bool without_body;      /* HEAD: the length is sent, the body is not */

	struct made made;

	/* CORS (the Fetch standard, 3.2), see cors.h. The strings live as long as the request. */
	const char *allow_origin; /* Access-Control-Allow-Origin; NULL: no header */
	bool vary_origin;         /* a request of another origin gets another reply */
	const char
	    *preflight; /* the methods for the answer to a preflight; NULL: not a preflight */

	/* Only the log shows the following members. */
	const char *event; /* "login" and so on; NULL: log nothing unless it was refused */
	char reason[160];  /* why the request was refused */
	char user[USERNAME_MAX_BYTES + 1];
	char ticket_id[TICKET_ID_LEN + 1];
	char token[TOKEN_NAME_MAX_BYTES + 1]; /* the name of an API token */
};

/* Sets the result and the reason, which only the log shows, and empties the body: a part of a good
 * answer must not leave with the status of an error. Returns the result, so that a handler can end
 * with `return reply_refuse(rep, RESULT_FORBIDDEN, "…")`. */
enum result reply_refuse(struct reply *rep, enum result result, const char *reason);

/* The same, and the client is told the reason, in place of the text of its result. */
enum result reply_explain(struct reply *rep, enum result result, const char *reason);

/* The same for a lack of memory, which the client is not told. */
enum result reply_no_memory(struct reply *rep);

/* The status that the client gets, if memory does not run out. */
int reply_status(const struct reply *rep);

/* The pieces of a reply, ready to be sent: the handler's own header lines, the rest of the head,
 * and the body. */
struct reply_bytes {
	char head[1024];
	char error[256]; /* the body of an error, unless the handler has written one */
	const char *headers;
	size_t headers_len;
	size_t head_len;
	const char *body; /* points into the reply or into `error` */
	size_t body_len;  /* 0: nothing follows the head */
};

/* Turns the reply into bytes. If memory ran out while the body was written, the reply becomes an
 * internal error. Writes only to *out and allocates nothing, so a signal handler may call it. */
void reply_render(const struct reply *rep, struct reply_bytes *out);

#endif
