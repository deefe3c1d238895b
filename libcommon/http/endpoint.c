#include "http/endpoint.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/sandbox.h"
#include "http/cgi.h"
#include "http/cors.h"
#include "http/scgi.h"
#include "http/workers.h"
#include "redis/fence.h"
#include "redis/redis.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* The methods of an endpoint, in the form of the Allow header (RFC 9110, 10.2.1). */
enum { ALLOW_SIZE = 64 };

/* What a process needs to serve requests. */
struct process {
	const struct endpoint *endpoint;
	char allow[ALLOW_SIZE];
	bool resident;
	unsigned at_a_time; /* the most requests that it handles together */
	struct config config;
	struct service *service; /* NULL: not open yet */
	struct job *jobs;        /* at_a_time elements; NULL: not allocated yet */
};

/* The state of one request during the steps of serve(). */
struct job {
	const struct operation *operation; /* NULL: the request was refused */
	size_t servers;                    /* NEEDS_PROBE: that are probed */
	struct endpoint_context context;
};

static void list_methods(const struct endpoint *e, char out[static ALLOW_SIZE])
{
	out[0] = '\0';
	for (int i = 0; i < ENDPOINT_OPERATIONS_MAX && e->operations[i].method; i++) {
		bool get = strcmp(e->operations[i].method, "GET") == 0;
		strncat(out, e->operations[i].method, ALLOW_SIZE - strlen(out) - 1);
		strncat(out, get ? ", HEAD, " : ", ", ALLOW_SIZE - strlen(out) - 1);
	}
	strncat(out, "OPTIONS", ALLOW_SIZE - strlen(out) - 1);
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

/* The cheapest test comes first. The first test that fails decides the answer. */
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

/* Returns the operation that may serve this request. NULL: the reply says why there is none. */
static const struct operation *admit(const struct process *p, const struct request *q,
				     struct reply *rep)
{
	const struct operation *o = find_operation(p->endpoint, q->method);

	if (*q->path_info != '\0') {
		reply_refuse(rep, RESULT_NOT_FOUND, "the path goes on behind the endpoint");
	} else if (o == NULL) {
		rep->allow = p->allow;
		if (strcmp(q->method, "OPTIONS") == 0)
			rep->result = RESULT_NO_CONTENT;
		else
			reply_refuse(rep, RESULT_METHOD, "method not allowed");
	} else if (gate(o, q, rep) == RESULT_OK) {
		return o;
	}
	return NULL;
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

/* The last step. If memory ran out while the body was written, the reply becomes an error. */
static void complete(struct exchange *x)
{
	struct reply *rep = &x->reply;

	if (rep->body.failed || rep->headers.failed)
		reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	log_reply(&x->request, rep);
}

enum result endpoint_conclude(struct reply *rep, struct outcome o)
{
	rep->event = o.event;
	rep->retry_after_s = o.retry_after_s;
	return o.reason != NULL ? reply_refuse(rep, o.result, o.reason) : (rep->result = o.result);
}

/* Queues the look-up of the session. false: the request was refused, and nothing is queued. */
static bool ask_session(struct realm *realm, struct caller *caller, const struct request *q,
			struct reply *rep)
{
	if (q->ticket_count > 1)
		return reply_refuse(rep, RESULT_UNAUTHENTICATED, "more than one ticket"), false;
	caller->ticket = q->ticket_count > 0 ? q->ticket : NULL;
	/* A header that came twice fits no session. */
	caller->csrf_token = q->csrf_count == 0 ? NULL : q->csrf_count == 1 ? q->csrf_token : "";
	if (endpoint_conclude(rep, authenticate_ask(realm, caller)) != RESULT_OK)
		return false;
	memcpy(rep->ticket_id, caller->session.name.digest, TICKET_ID_LEN);
	return true;
}

/* Queues the Redis commands for what the operation needs to know. false: nothing is queued. */
static bool ask(struct service *s, struct job *job, struct exchange *x)
{
	switch (job->operation->needs) {
	case NEEDS_NOTHING:
		return false;
	case NEEDS_PROBE:
		job->servers = fence_all(s->realm.redis);
		return true;
	case NEEDS_SESSION:
		break;
	}
	if (!ask_session(&s->realm, &job->context.caller, &x->request, &x->reply)) {
		job->operation = NULL;
		return false;
	}
	if (job->operation->ends_session)
		fence_write(s->realm.redis);
	return true;
}

/* A reply that there is no session can be the last of several to an operation that ends one, so it
 * must be as sure as the end itself. If there is one, the handler ends it, and asks then. */
static bool no_session_is_kept(struct redis *r, const struct job *job)
{
	return job->context.caller.found == RESULT_OK ? fence_write_reached(r)
						      : fence_write_passed(r);
}

/* Takes Redis's answer to what ask() queued. */
static void take(struct service *s, struct job *job)
{
	switch (job->operation->needs) {
	case NEEDS_NOTHING:
		break;
	case NEEDS_PROBE:
		job->context.redis_up = fence_all_passed(s->realm.redis, job->servers);
		break;
	case NEEDS_SESSION:
		authenticate_take(&s->realm, &job->context.caller);
		if (job->operation->ends_session && !no_session_is_kept(s->realm.redis, job))
			job->context.caller.found = RESULT_UNAVAILABLE;
		break;
	}
}

static enum result admit_caller(struct realm *realm, struct caller *caller, struct reply *rep)
{
	if (caller->found == RESULT_OK)
		memcpy(rep->user, caller->session.username, sizeof rep->user);
	return endpoint_conclude(rep, authenticate(realm, caller));
}

static void handle(struct service *s, struct job *job, struct exchange *x)
{
	struct endpoint_context *c = &job->context;

	c->service = s;
	if (job->operation->needs != NEEDS_SESSION ||
	    admit_caller(&s->realm, &c->caller, &x->reply) == RESULT_OK)
		job->operation->handle(c, &x->request, &x->reply);
}

/* All the requests go through each step together. */
static void serve(struct service *s, struct job *jobs, struct exchange *x, unsigned count)
{
	unsigned files = 0;
	bool asking = false;

	for (unsigned i = 0; i < count; i++) {
		if (jobs[i].operation == NULL)
			continue;
		files |= jobs[i].operation->files;
		if (ask(s, &jobs[i], &x[i]))
			asking = true;
	}
	/* If sending fails, take() finds out. */
	if (asking)
		redis_send(s->realm.redis);
	service_refresh(s, files);
	if (count > 1)
		sched_yield(); /* under load Redis runs now, and its answer is ready when we read */
	for (unsigned i = 0; i < count; i++)
		if (jobs[i].operation != NULL)
			take(s, &jobs[i]);
	for (unsigned i = 0; i < count; i++)
		if (jobs[i].operation != NULL)
			handle(s, &jobs[i], &x[i]);
}

/* Returns the reason why this process cannot serve, or NULL if it can. If the configuration is
 * wrong, every request is answered 500. If the program simply ended instead, each front-end server
 * would answer in its own words. If memory was short, the next request tries again. */
static const char *obstacle(struct process *p)
{
	if (p->config.fault[0] != '\0')
		return p->config.fault;
	if (p->jobs == NULL)
		p->jobs = malloc(p->at_a_time * sizeof *p->jobs);
	if (p->service == NULL)
		p->service = service_open(&p->config, p->resident);
	return p->jobs == NULL || p->service == NULL ? "out of memory" : NULL;
}

/* For a test double: its clients are to be tested with slow replies. */
static void wait_a_while(const struct config *c)
{
	if (c->delay_most_ms == 0)
		return;
	unsigned range_ms = c->delay_most_ms - c->delay_least_ms + 1;
	unsigned ms = c->delay_least_ms + (unsigned)clock_ms() * 2654435761U % range_ms;
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* An answer_function: makes the complete replies. */
static void answer(void *context, struct exchange *x, unsigned count)
{
	struct process *p = context;
	const char *why_not = obstacle(p);

	for (unsigned i = 0; i < count; i++) {
		x[i].reply.without_body = strcmp(x[i].request.method, "HEAD") == 0;
		cors_admit(&p->config, &x[i].request, p->allow, &x[i].reply);
		if (why_not != NULL)
			reply_refuse(&x[i].reply, RESULT_INTERNAL, why_not);
		else
			p->jobs[i].operation = admit(p, &x[i].request, &x[i].reply);
	}
	wait_a_while(&p->config);
	if (why_not == NULL)
		serve(p->service, p->jobs, x, count);
	for (unsigned i = 0; i < count; i++)
		complete(&x[i]);
}

/* Runs when no request has come for a second. It looks at the files anyway, so that the last good
 * version in memory is never more than a second old when a file breaks. */
static void look_around(void *context)
{
	struct process *p = context;
	unsigned files = 0;

	for (int i = 0; i < ENDPOINT_OPERATIONS_MAX; i++)
		files |= p->endpoint->operations[i].files;
	if (obstacle(p) == NULL)
		service_refresh(p->service, files);
}

/* If a standard stream is closed, the first socket or file that is opened would get its number, and
 * log lines or replies would go there. So each closed stream is opened on /dev/null. An empty
 * chroot has no /dev/null: then a folder is opened, to which nothing can be written. */
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
	signal(SIGPIPE, SIG_IGN); /* if a client or Redis has left, a write returns an error */
	p.endpoint = e;
	p.service = NULL;
	p.jobs = NULL;
	p.resident = scgi_is_listener(0);
	p.at_a_time = p.resident && !e->slow ? SCGI_AT_A_TIME_MAX : 1;
	list_methods(e, p.allow);
	config_load(&p.config);
	sandbox_enter();
	if (!p.resident)
		return cgi_serve(answer, &p); /* frees nothing: the kernel does it faster */
	if (p.config.delay_most_ms > 0)
		log_event("every reply is delayed: SSA_DELAY is set", NULL);
	if (workers_start(p.config.workers, p.config.supervised ? parent : 0))
		status = scgi_serve(0, p.at_a_time, answer, look_around, &p);
	service_close(p.service);
	free(p.jobs);
	return status;
}
