/* reply: what a handler makes of a request, and how it is written down for the front-end server.
 * CGI and SCGI replies are the same bytes (RFC 3875, section 6). */
#ifndef SSA_REPLY_H
#define SSA_REPLY_H

#include "core/result.h"
#include "core/sizes.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is a reply with nothing in it. */
struct reply {
	enum result result;
	struct text headers; /* header lines of the handler's own, each with its CRLF */
	struct text body;    /* JSON; an error without a body gets the one that all errors have */
	const char *message; /* public text instead of the result's own; static storage */
	const char *allow;   /* Allow (RFC 9110, 10.2.1) */
	unsigned retry_after_s; /* Retry-After; 0: none, but 1 in a 503 */
	bool without_body;      /* HEAD: the length is told, the body is not sent */

	/* CORS (the Fetch standard, 3.2), see cors.h; the strings live as long as the request. */
	const char *allow_origin; /* Access-Control-Allow-Origin; NULL: none */
	bool vary_origin;         /* another origin gets another reply */
	const char *preflight;    /* the methods that a preflight is told; NULL: it is none */

	/* For the log alone. */
	const char *event; /* "login" and the like; NULL: nothing to tell unless refused */
	char reason[160];  /* why it was refused */
	char user[USERNAME_MAX_BYTES + 1];
	char ticket_id[TICKET_ID_LEN + 1];
};

/* Sets the result and the private reason, for the log, and empties the body, so that no half of a
 * good answer leaves with a bad status. Returns the result:
 * `return reply_refuse(rep, RESULT_FORBIDDEN, "…")`. */
enum result reply_refuse(struct reply *rep, enum result result, const char *reason);

/* The pieces of a reply, ready to be written: the handler's own header lines, the rest of the head,
 * and the body. */
struct reply_bytes {
	char head[1024];
	char error[256]; /* the body of an error that has none of its own */
	const char *headers;
	size_t headers_len;
	size_t head_len;
	const char *body; /* in the reply or in `error` */
	size_t body_len;  /* 0: nothing follows the head */
};

/* Writes the reply down. A body that memory ran out for becomes the error that says so. Uses no
 * memory but *out, so a signal handler may call it. */
void reply_render(const struct reply *rep, struct reply_bytes *out);

#endif
