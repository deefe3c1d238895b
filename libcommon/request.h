/* request: what came in, and what goes out. Nothing here knows how it travels. */
#ifndef SSA_REQUEST_H
#define SSA_REQUEST_H

#include "result.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>

enum { REQUEST_BODY_MAX_BYTES = 16384 };

/* A request, read-only once the transport has filled it. Strings are never NULL; what was not sent
 * is
 * "". They belong to the transport and live until the reply is sent. */
struct request {
	const char *method;       /* REQUEST_METHOD */
	const char *path_info;    /* PATH_INFO */
	const char *query;        /* QUERY_STRING */
	const char *content_type; /* CONTENT_TYPE */
	const char *remote_addr;  /* REMOTE_ADDR: the client, as the front-end server knows it */
	const char *ticket;       /* HTTP_X_AUTH_TOKEN */
	const char *csrf_token;   /* HTTP_CSRFPREVENTIONTOKEN */
	const char *length_text;  /* CONTENT_LENGTH */
	/* lighttpd makes one name of X-Auth-Token and X_Auth_Token and may pass it twice; a second
	 * value is an attack or an accident, never a ticket. */
	unsigned ticket_count, csrf_count;

	const char *body; /* NULL: not read, because it is over REQUEST_BODY_MAX_BYTES or was cut */
	size_t body_bytes;
	bool body_failed; /* … or because there was no memory for it or it could not be read */
};

void request_init(struct request *q);

/* Takes one CGI variable (RFC 3875, section 4.1); names this program does not use are passed over.
 */
void request_take(struct request *q, const char *name, size_t name_len, const char *value);

/* The bytes CONTENT_LENGTH announces; 0 where it is absent. false: it is not a plain decimal
 * number. */
bool request_announced(const struct request *q, size_t *bytes);

/* Whether the query string has this parameter, with or without a value. */
bool request_has_parameter(const struct request *q, const char *name);

/* What a handler makes of a request. All zero is a reply with nothing in it. */
struct reply {
	enum result result;
	struct text body;       /* JSON; for an error it is made from the result */
	const char *message;    /* public text instead of the result's own; static storage */
	const char *allow;      /* Allow (RFC 9110, 10.2.1) */
	unsigned retry_after_s; /* Retry-After; 0: none */
	bool without_body;      /* HEAD: the length is told, the body is not sent */

	/* For the log alone. */
	const char *event;  /* "login" and the like; NULL: nothing to tell unless refused */
	char reason[160];   /* why it was refused */
	char user[260];     /* who, as sent */
	char ticket_id[12]; /* the first 8 digits of the ticket's hash */
};

/* A request and its reply, side by side from the transport to the handler and back. */
struct exchange {
	struct request request;
	struct reply reply;
};

/* Sets the result and the private reason, for the log, and empties the body, so that no half of a
 * good answer leaves with a bad status. Returns the result: `return reply_refuse(rep,
 * RESULT_FORBIDDEN, "…")`. */
enum result reply_refuse(struct reply *rep, enum result result, const char *reason);

#endif
