/* request: what came in. Nothing here knows how it travelled. */
#ifndef SSA_REQUEST_H
#define SSA_REQUEST_H

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
	const char *origin;       /* HTTP_ORIGIN */
	const char *asked_method; /* HTTP_ACCESS_CONTROL_REQUEST_METHOD: a preflight's */
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

#endif
