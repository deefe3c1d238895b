#include "http/gate.h"
#include "http/operation.h"
#include "http/reply.h"
#include "http/request.h"

#include <string.h>
#include <strings.h>

void gate_list_methods(const struct endpoint *e, char out[static GATE_ALLOW_SIZE])
{
	out[0] = '\0';
	for (int i = 0; i < ENDPOINT_OPERATIONS_MAX && e->operations[i].method; i++) {
		bool get = strcmp(e->operations[i].method, "GET") == 0;
		strncat(out, e->operations[i].method, GATE_ALLOW_SIZE - strlen(out) - 1);
		strncat(out, get ? ", HEAD, " : ", ", GATE_ALLOW_SIZE - strlen(out) - 1);
	}
	strncat(out, "OPTIONS", GATE_ALLOW_SIZE - strlen(out) - 1);
}

static const struct operation *find_operation(const struct endpoint *e, const char *method)
{
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (int i = 0; i < ENDPOINT_OPERATIONS_MAX && e->operations[i].method; i++)
		if (strcmp(e->operations[i].method, method) == 0)
			return &e->operations[i];
	return NULL;
}

/* True for application/json and application/…+json, with any parameters (RFC 6839, 3.1). */
static bool is_json(const char *content_type)
{
	static const char prefix[] = "application/", suffix[] = "+json";
	size_t prefix_len = sizeof prefix - 1, suffix_len = sizeof suffix - 1;
	size_t len = strcspn(content_type, "; \t");

	if (len < prefix_len || strncasecmp(content_type, prefix, prefix_len) != 0)
		return false;
	const char *subtype = content_type + prefix_len, *end = content_type + len;
	size_t subtype_len = (size_t)(end - subtype);
	return (subtype_len == 4 && strncasecmp(subtype, "json", 4) == 0) ||
	       (subtype_len > suffix_len && strncasecmp(end - suffix_len, suffix, suffix_len) == 0);
}

/* The first test that fails decides the answer. */
static enum result check_body(const struct operation *o, const struct request *q, struct reply *rep)
{
	size_t announced,
	    most = o->body_max_bytes > 0 ? o->body_max_bytes : REQUEST_IGNORED_MAX_BYTES;

	if (!request_announced(q, &announced))
		return reply_refuse(rep, RESULT_BAD_REQUEST, "CONTENT_LENGTH is no number");
	if (announced > most)
		return reply_refuse(rep, RESULT_TOO_LARGE, "body too large");
	if (o->body_max_bytes == 0)
		return RESULT_OK;
	if (*q->content_type != '\0' && !is_json(q->content_type))
		return reply_refuse(rep, RESULT_MEDIA_TYPE, "body is not JSON by its content type");
	if (*q->coding != '\0' && strcasecmp(q->coding, "identity") != 0)
		return reply_explain(rep, RESULT_MEDIA_TYPE, "the body must not be compressed");
	if (q->body_failed)
		return reply_refuse(rep, RESULT_INTERNAL,
				    "no memory for the body, or it cannot be read");
	if (announced == 0)
		return reply_explain(rep, RESULT_BAD_REQUEST, "the body is empty");
	return q->body != NULL
		   ? RESULT_OK
		   : reply_explain(rep, RESULT_BAD_REQUEST, "the body is shorter than announced");
}

static enum result check_query(const struct operation *o, const struct request *q, unsigned *flags,
			       struct reply *rep)
{
	char why[FLAGS_WHY_SIZE];

	/* A request target has no fragment (RFC 9112, 3.2). Front-end servers cut it off, and what
	 * is left of a query is another query. */
	if (strchr(q->target, '#') != NULL)
		return reply_explain(
		    rep, RESULT_BAD_REQUEST,
		    "a number sign in the path or the query must be percent-encoded");
	if (o->reads_query || flags_read(q->query, o->flags, flags, why))
		return RESULT_OK;
	return reply_explain(rep, RESULT_BAD_REQUEST, why);
}

/* /100, and not / or /100/x. */
static bool is_one_name(const char *path)
{
	return path[0] == '/' && path[1] != '\0' && strchr(path + 1, '/') == NULL;
}

const struct operation *gate_admit(const struct endpoint *e, const char *allow,
				   const struct request *q, unsigned *flags, struct reply *rep)
{
	const struct operation *o = find_operation(e, q->method);

	if (*q->path_info != '\0' && !(e->takes_name && is_one_name(q->path_info))) {
		reply_refuse(rep, RESULT_NOT_FOUND, "the path goes on behind the endpoint");
	} else if (o == NULL) {
		rep->allow = allow;
		if (strcmp(q->method, "OPTIONS") == 0)
			rep->result = RESULT_NO_CONTENT;
		else
			reply_refuse(rep, RESULT_METHOD, "method not allowed");
	} else if (check_query(o, q, flags, rep) == RESULT_OK &&
		   check_body(o, q, rep) == RESULT_OK) {
		return o;
	}
	return NULL;
}
