/* request: one request of a client. This module does not know whether it came by CGI or by SCGI. */
#ifndef SSA_REQUEST_H
#define SSA_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/* The second limit is for a body that no handler reads. A larger body is a 413. */
enum { REQUEST_BODY_MAX_BYTES = 16384, REQUEST_IGNORED_MAX_BYTES = 65536 };

/* The transport fills a request; after that it is read-only. No string except `body` is ever NULL:
 * what was not sent is "". The strings belong to the transport and live until the reply is sent. */
struct request {
	const char *method;    /* REQUEST_METHOD */
	const char *path_info; /* PATH_INFO */
	const char *query;     /* QUERY_STRING */
	const char *target;    /* REQUEST_URI: path and query as the client sent them; may be "" */
	const char *content_type;    /* CONTENT_TYPE */
	const char *coding;          /* HTTP_CONTENT_ENCODING */
	const char *remote_addr;     /* REMOTE_ADDR: the client, as the front-end server knows it */
	const char *ticket;          /* HTTP_X_AUTH_TOKEN */
	const char *authorization;   /* HTTP_AUTHORIZATION */
	const char *csrf_token;      /* HTTP_CSRFPREVENTIONTOKEN */
	const char *known_tags;      /* HTTP_IF_NONE_MATCH */
	const char *prefer;          /* HTTP_PREFER (RFC 7240) */
	const char *origin;          /* HTTP_ORIGIN */
	const char *asked_method;    /* HTTP_ACCESS_CONTROL_REQUEST_METHOD: a preflight's */
	const char *length_text;     /* CONTENT_LENGTH */
	const char *transfer_coding; /* HTTP_TRANSFER_ENCODING */
	/* lighttpd gives X-Auth-Token and X_Auth_Token the same name, and may pass this name twice.
	 * A second value is an attack or an accident, never a ticket. */
	unsigned ticket_count, authorization_count, csrf_token_count;

	const char *body; /* NULL: over REQUEST_BODY_MAX_BYTES, cut short, or body_failed */
	size_t body_bytes;
	bool body_failed; /* there was no memory for the body, or it could not be read */
};

void request_init(struct request *q);

/* Takes one CGI variable. Ignores a name that this program does not use. */
void request_take(struct request *q, const char *name, size_t name_len, const char *value);

/* Reads how many bytes CONTENT_LENGTH announces; 0 if it is absent. false: it is no decimal
 * number. */
bool request_announced(const struct request *q, size_t *bytes);

#endif
