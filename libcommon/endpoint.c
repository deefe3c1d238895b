#include "endpoint.h"
#include "cgi.h"
#include "config.h"
#include "log.h"
#include "redis.h"
#include "request.h"
#include "sandbox.h"
#include "scgi.h"
#include "service.h"
#include "workers.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* What a process serves with. */
struct process {
	const struct endpoint *endpoint;
	unsigned at_a_time; /* most requests in hand together */
	struct config config;
	struct service *service; /* NULL: not open yet */
	struct job *jobs;        /* for at_a_time of them; NULL: not yet */
};

/* One request on its way through the three steps. */
struct job {
	const struct operation *operation; /* NULL: it was refused */
	struct asked asked;
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
			return q->body_failed
				   ? reply_refuse(rep, RESULT_INTERNAL,
						  "no memory for the body, or it cannot be read")
				   : reply_refuse(rep, RESULT_BAD_REQUEST,
						  "body shorter than announced");
	}
	return RESULT_OK;
}

/* The operation that may serve this request; NULL: the reply says why not. */
static const struct operation *admit(const struct endpoint *e, const struct request *q,
				     struct reply *rep)
{
	const struct operation *o = find_operation(e, q->method);

	if (*q->path_info != '\0') {
		reply_refuse(rep, RESULT_NOT_FOUND, "the path goes on behind the endpoint");
	} else if (o == NULL) {
		rep->allow = e->allow;
		if (strcmp(q->method, "OPTIONS") == 0)
			rep->result = RESULT_NO_CONTENT;
		else
			reply_refuse(rep, RESULT_METHOD, "method not allowed");
	} else if (gate(o, q, rep) == RESULT_OK) {
		return o;
	}
	return NULL;
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

/* The last touch: every reply is whole. */
static void complete(struct exchange *x)
{
	struct reply *rep = &x->reply;

	if (rep->body.failed)
		reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	if (result_http(rep->result)->status >= 400 && rep->body.len == 0)
		write_error(rep);
	if (rep->result == RESULT_UNAVAILABLE && rep->retry_after_s == 0)
		rep->retry_after_s = 1;
	log_reply(&x->request, rep);
}

/* The three steps of operations, for all requests in hand. */
static void serve(struct service *s, struct job *jobs, struct exchange *x, unsigned count)
{
	unsigned files = 0;
	bool asking = false;

	for (unsigned i = 0; i < count; i++) {
		const struct operation *o = jobs[i].operation;
		if (o == NULL)
			continue;
		files |= o->files;
		if (o->ask == NULL)
			continue;
		if (o->ask(s, &x[i].request, &x[i].reply, &jobs[i].asked) == RESULT_OK)
			asking = true;
		else
			jobs[i].operation = NULL;
	}
	/* A failure to send shows when the answers are taken. */
	if (asking)
		redis_send(s->redis);
	service_refresh(s, files);
	if (count > 1)
		sched_yield(); /* under load: Redis's turn, so that its answer is there when it is read */
	for (unsigned i = 0; i < count; i++)
		if (jobs[i].operation != NULL && jobs[i].operation->take != NULL)
			jobs[i].operation->take(s, &jobs[i].asked);
	for (unsigned i = 0; i < count; i++)
		if (jobs[i].operation != NULL)
			jobs[i].operation->handle(s, &x[i].request, &x[i].reply, &jobs[i].asked);
}

/* What this process cannot serve for; NULL: it can. Where the configuration is wrong every request is answered 500,
 * because a program that only ends is answered in other words by each front-end server. Memory that was not to be had is
 * asked for again. */
static const char *obstacle(struct process *p)
{
	if (p->config.fault[0] != '\0')
		return p->config.fault;
	if (p->jobs == NULL)
		p->jobs = malloc(p->at_a_time * sizeof *p->jobs);
	if (p->service == NULL)
		p->service = service_open(&p->config);
	return p->jobs == NULL || p->service == NULL ? "out of memory" : NULL;
}

/* From the gate to whole replies. */
static void answer(void *context, struct exchange *x, unsigned count)
{
	struct process *p = context;
	const char *why_not = obstacle(p);

	for (unsigned i = 0; i < count; i++) {
		x[i].reply.without_body = strcmp(x[i].request.method, "HEAD") == 0;
		if (why_not != NULL)
			reply_refuse(&x[i].reply, RESULT_INTERNAL, why_not);
		else
			p->jobs[i].operation = admit(p->endpoint, &x[i].request, &x[i].reply);
	}
	if (why_not == NULL)
		serve(p->service, p->jobs, x, count);
	for (unsigned i = 0; i < count; i++)
		complete(&x[i]);
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
	struct process p;
	pid_t parent = getppid();
	int status = 0;

	keep_standard_streams();
	log_name(e->name);
	signal(SIGPIPE, SIG_IGN); /* a client or a Redis that left is an error code, not the end */
	bool resident = scgi_is_listener(0);
	p.endpoint = e;
	p.at_a_time = resident ? e->at_a_time : 1;
	p.service = NULL;
	p.jobs = NULL;
	config_load(&p.config);
	sandbox_enter();
	if (!resident)
		return cgi_serve(answer, &p); /* the kernel cleans up faster than we could */
	if (workers_start(p.config.workers, p.config.supervised ? parent : 0))
		status = scgi_serve(0, p.at_a_time, answer, &p);
	service_close(p.service);
	free(p.jobs);
	return status;
}
