#include "endpoint.h"
#include "cgi.h"
#include "config.h"
#include "log.h"
#include "request.h"
#include "scgi.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* What a process serves with. `service` is NULL where the configuration is wrong: then every
 * request is answered 500, because a program that only ends is answered in other words by each
 * front-end server. */
struct process {
	const struct endpoint *endpoint;
	struct service *service;
	const char *fault;
};

static const struct operation *find_operation(const struct endpoint *e, const char *method)
{
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (int i = 0; i < ENDPOINT_OPERATIONS_MAX && e->operations[i].method; i++)
		if (strcmp(e->operations[i].method, method) == 0)
			return &e->operations[i];
	return NULL;
}

/* application/json or application/…+json, whatever parameters follow (RFC 6839, 3.1). */
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

/* The cheapest test first; the first that fails names the answer. */
static enum result gate(const struct operation *o, const struct request *q, struct reply *rep)
{
	size_t announced;

	if (!request_announced(q, &announced))
		return reply_refuse(rep, RESULT_BAD_REQUEST, "CONTENT_LENGTH is no number");
	if (o->body_max_bytes > 0) {
		if (announced > o->body_max_bytes)
			return reply_refuse(rep, RESULT_TOO_LARGE, "body too large");
		if (*q->content_type != '\0' && !is_json(q->content_type))
			return reply_refuse(rep, RESULT_MEDIA_TYPE,
					    "body is not JSON by its content type");
		if (q->body == NULL)
			return q->body_failed ? reply_refuse(rep, RESULT_INTERNAL, "out of memory")
					      : reply_refuse(rep, RESULT_BAD_REQUEST,
							     "body shorter than announced");
	}
	return RESULT_OK;
}

static enum result dispatch(const struct process *p, const struct request *q, struct reply *rep)
{
	const struct endpoint *e = p->endpoint;
	const struct operation *o = find_operation(e, q->method);

	rep->without_body = strcmp(q->method, "HEAD") == 0;
	if (p->service == NULL)
		return reply_refuse(rep, RESULT_INTERNAL, p->fault);
	if (*q->path_info != '\0')
		return reply_refuse(rep, RESULT_NOT_FOUND, "the path goes on behind the endpoint");
	if (o == NULL) {
		rep->allow = e->allow;
		if (strcmp(q->method, "OPTIONS") == 0)
			return rep->result = RESULT_NO_CONTENT;
		return reply_refuse(rep, RESULT_METHOD, "method not allowed");
	}
	enum result result = gate(o, q, rep);
	return result == RESULT_OK ? o->handle(p->service, q, rep) : result;
}

/* {"code":401,"message":"…","data":""} */
static void write_error(struct reply *rep)
{
	const struct result_http *http = result_http(rep->result);

	text_string(&rep->body, "{\"code\":");
	text_number(&rep->body, http->status);
	text_string(&rep->body, ",\"message\":");
	text_json(&rep->body, rep->message ? rep->message : http->message);
	text_string(&rep->body, ",\"data\":\"\"}");
}

static void log_reply(const struct request *q, const struct reply *rep)
{
	const struct result_http *http = result_http(rep->result);
	const char *event = rep->event;
	char status[12];

	if (http->status < 400 && event == NULL)
		return;
	if (event == NULL)
		event = http->status >= 500 ? "fault" : "refused";
	snprintf(status, sizeof status, "%d", http->status);
	log_event(event, "rhost", q->remote_addr, "user", rep->user, "reason", rep->reason,
		  "ticket", rep->ticket_id, "method", q->method, "status", status, NULL);
}

/* One request, from the gate to a whole reply. */
static void answer(void *context, const struct request *q, struct reply *rep)
{
	const struct process *p = context;

	rep->result = dispatch(p, q, rep);
	if (rep->body.failed)
		reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	if (result_http(rep->result)->status >= 400 && rep->body.len == 0)
		write_error(rep);
	if (rep->result == RESULT_UNAVAILABLE && rep->retry_after_s == 0)
		rep->retry_after_s = 1;
	log_reply(q, rep);
}

/* Without these, the first socket or file would get the number of a stream that was closed, and a log line or a
 * reply would go there. An empty chroot has no /dev/null: then a folder, to which nothing can be written. */
static void keep_standard_streams(void)
{
	struct pollfd stream[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};

	if (poll(stream, 3, 0) == 0)
		return;
	for (int i = 0; i < 3; i++)
		if ((stream[i].revents & POLLNVAL) && open("/dev/null", O_RDWR) < 0)
			open("/", O_RDONLY);
}

int endpoint_main(const struct endpoint *e)
{
	struct config config;
	struct process process = {.endpoint = e};
	pid_t parent = getppid();

	keep_standard_streams();
	log_name(e->name);
	signal(SIGPIPE, SIG_IGN); /* a client or a Redis that left is an error code, not the end */
	if (!config_load(&config))
		process.fault = config.fault;
	else if ((process.service = e->open(&config)) == NULL)
		process.fault = "out of memory";

	if (!scgi_is_listener(0))
		return cgi_serve(answer, &process); /* the kernel cleans up faster than we could */
	int status = scgi_serve(0, config.supervised ? parent : 0, answer, &process);
	if (process.service != NULL)
		e->close(process.service);
	return status;
}
