#include "http/reply.h"

#include <stdlib.h>
#include <string.h>

/* What HTTP says about a result. Nothing here depends on the request, so nothing of it can leak. */
struct status {
	int code;            /* RFC 9110, section 15 */
	const char *reason;  /* the reason phrase of the status line */
	const char *message; /* the public text, unless the handler sets its own */
};

static const struct status statuses[] = {
    [RESULT_OK] = {200, "OK", "OK"},
    [RESULT_NO_CONTENT] = {204, "No Content", ""},
    [RESULT_NOT_MODIFIED] = {304, "Not Modified", ""},
    [RESULT_BAD_REQUEST] = {400, "Bad Request", "bad request"},
    [RESULT_UNAUTHENTICATED] = {401, "Unauthorized", "authentication failed"},
    [RESULT_FORBIDDEN] = {403, "Forbidden", "forbidden"},
    [RESULT_NOT_FOUND] = {404, "Not Found", "not found"},
    [RESULT_METHOD] = {405, "Method Not Allowed", "method not allowed"},
    [RESULT_TOO_LARGE] = {413, "Content Too Large", "request body too large"},
    [RESULT_MEDIA_TYPE] = {415, "Unsupported Media Type", "content type must be application/json"},
    [RESULT_TOO_MANY] = {429, "Too Many Requests", "too many failed logins, try again later"},
    [RESULT_UNAVAILABLE] = {503, "Service Unavailable", "service unavailable, try again later"},
    [RESULT_INTERNAL] = {500, "Internal Server Error", "internal error"},
};

/* A value outside the enum counts as RESULT_INTERNAL. */
static const struct status *status_of_result(enum result result)
{
	size_t i = (size_t)result;

	return &statuses[i < sizeof statuses / sizeof statuses[0] ? i : RESULT_INTERNAL];
}

static struct status status_of(const struct reply *rep)
{
	int wanted = (int)rep->made.code;

	if (wanted == 0)
		return *status_of_result(rep->result);
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (statuses[i].code == wanted)
			return statuses[i];
	return (struct status){wanted, "Fault", "made on demand"};
}

int reply_status(const struct reply *rep)
{
	return status_of(rep).code;
}

/* Text in a buffer of fixed size. Only short strings of this program go there, which fit. */
struct piece {
	char *at;
	size_t len, size;
};

static void put(struct piece *p, const char *s)
{
	size_t len = strlen(s);

	if (len <= p->size - p->len) {
		memcpy(p->at + p->len, s, len);
		p->len += len;
	}
}

static void put_number(struct piece *p, size_t number)
{
	char digits[TEXT_DECIMAL_SIZE];

	put(p, text_decimal(digits, (long long)number));
}

/* Writes {"code":401,"message":"…","data":""}. No message holds what JSON must escape. */
static void put_error(struct piece *p, const struct status *status, const char *message)
{
	put(p, "{\"code\":");
	put_number(p, (size_t)status->code);
	put(p, ",\"message\":\"");
	put(p, message != NULL ? message : status->message);
	put(p, "\",\"data\":\"\"}");
}

/* No credentials, ever: a ticket is a header that the client sends itself. */
static void put_cors(struct piece *p, const struct reply *rep)
{
	if (rep->vary_origin)
		put(p, "Vary: Origin\r\n");
	if (rep->allow_origin == NULL)
		return;
	put(p, "Access-Control-Allow-Origin: ");
	put(p, rep->allow_origin);
	if (rep->preflight == NULL) {
		put(p, "\r\nAccess-Control-Expose-Headers: X-Total-Count, Link, Retry-After, "
		       "ETag");
		put(p, rep->made.preferred ? ", Preference-Applied\r\n" : "\r\n");
		return;
	}
	put(p, "\r\nAccess-Control-Allow-Methods: ");
	put(p, rep->preflight);
	put(p,
	    "\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, If-None-Match, Prefer, "
	    "X-Auth-Token, CSRFPreventionToken\r\nAccess-Control-Max-Age: 7200\r\n");
}

/* RFC 7240, 3. */
static void put_applied(struct piece *p, const struct made *m)
{
	put(p, "Preference-Applied: ");
	if (m->delayed) {
		put(p, "delay=");
		put_number(p, m->delay_ms);
		put(p, m->code != 0 || m->cut ? ", " : "");
	}
	if (m->code != 0) {
		put(p, "code=");
		put_number(p, m->code);
	}
	put(p, m->cut ? "cut\r\n" : "\r\n");
}

static bool has_no_content(const struct status *status)
{
	return status->code == 204 || status->code == 304;
}

static void put_head(struct piece *p, const struct reply *rep, const struct status *status,
		     size_t body_len)
{
	put(p, "Status: ");
	put_number(p, (size_t)status->code);
	put(p, " ");
	put(p, status->reason);
	if (!has_no_content(status)) { /* RFC 9110, 8.6: no Content-Length in a 204 */
		put(p, "\r\nContent-Type: application/json\r\nContent-Length: ");
		put_number(p, body_len);
	}
	put(p, "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
	if (status->code == 401) /* RFC 9110, 15.5.2: a 401 must name its schemes */
		put(p, "WWW-Authenticate: X-Auth-Token realm=\"SimpleServerAPI\", "
		       "Bearer realm=\"SimpleServerAPI\"\r\n");
	if (rep->allow != NULL) {
		put(p, "Allow: ");
		put(p, rep->allow);
		put(p, "\r\n");
	}
	if (rep->retry_after_s > 0 || status->code == 503) {
		put(p, "Retry-After: ");
		put_number(p, rep->retry_after_s > 0 ? rep->retry_after_s : 1);
		put(p, "\r\n");
	}
	if (rep->made.preferred)
		put_applied(p, &rep->made);
	if (rep->made.cut)
		put(p, "Connection: close\r\n");
	put_cors(p, rep);
	put(p, "\r\n");
}

void shared_body_release(struct shared_body *b)
{
	if (b == NULL || --b->holders > 0)
		return;
	text_free(&b->text);
	free(b);
}

enum result reply_refuse(struct reply *rep, enum result result, const char *reason)
{
	size_t len = strlen(reason);

	if (len >= sizeof rep->reason)
		len = sizeof rep->reason - 1;
	memcpy(rep->reason, reason, len);
	rep->reason[len] = '\0';
	text_clear(&rep->body, rep->body.cap);
	text_clear(&rep->headers, rep->headers.cap);
	shared_body_release(rep->shared);
	rep->shared = NULL;
	return rep->result = result;
}

enum result reply_explain(struct reply *rep, enum result result, const char *reason)
{
	rep->message = rep->reason;
	return reply_refuse(rep, result, reason);
}

enum result reply_no_memory(struct reply *rep)
{
	return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
}

void reply_render(const struct reply *rep, struct reply_bytes *out)
{
	const struct text *body = rep->shared != NULL ? &rep->shared->text : &rep->body;
	bool no_memory = rep->body.failed || rep->headers.failed;
	const struct status made = no_memory ? *status_of_result(RESULT_INTERNAL) : status_of(rep);
	const struct status *status = &made;
	struct piece head = {out->head, 0, sizeof out->head};
	struct piece error = {out->error, 0, sizeof out->error};

	out->body = body->at;
	out->body_len = body->len;
	if (no_memory || (status->code >= 400 && body->len == 0)) {
		put_error(&error, status, no_memory ? NULL : rep->message);
		out->body = out->error;
		out->body_len = error.len;
	}
	out->headers = rep->headers.at;
	out->headers_len = no_memory ? 0 : rep->headers.len;
	put_head(&head, rep, status, out->body_len);
	out->head_len = head.len;
	if (rep->without_body || has_no_content(status))
		out->body_len = 0;
	else if (rep->made.cut)
		out->body_len /= 2;
}
