#include "http/endpoint.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/sandbox.h"
#include "http/cgi.h"
#include "http/cors.h"
#include "http/scgi.h"
#include "http/workers.h"
#include "store/redis.h"

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

/* The methods of an endpoint, as the Allow header tells them (RFC 9110, 10.2.1). */
enum { ALLOW_SIZE = 64 };

/* What a process serves with. */
struct process {
	const struct endpoint *endpoint;
	char allow[ALLOW_SIZE];
	bool resident;
	unsigned at_a_time; /* most requests in hand together */
	struct config config;
	struct service *service; /* NULL: not open yet */
	struct job *jobs;        /* for at_a_time of them; NULL: not yet */
};

/* One request on its way through the steps of serve(). */
struct job {
	const struct operation *operation; /* NULL: it was refused */
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

/* The last touch: a reply that memory ran out for is an error. */
static void complete(struct exchange *x)
{
	struct reply *rep = &x->reply;

	if (rep->body.failed || rep->headers.failed)
		reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	log_reply(&x->request, rep);
}

/* Queues what the operation needs to know. false: nothing is queued. */
static bool ask(struct service *s, struct job *job, struct exchange *x)
{
	switch (job->operation->needs) {
	case NEEDS_NOTHING:
		return false;
	case NEEDS_PROBE:
		redis_probe(s->redis);
		return true;
	case NEEDS_SESSION:
		break;
	}
	if (authenticate_ask(s, &x->request, &x->reply, &job->context.caller) == RESULT_OK)
		return true;
	job->operation = NULL;
	return false;
}

/* Takes the answer. */
static void take(struct service *s, struct job *job)
{
	switch (job->operation->needs) {
	case NEEDS_NOTHING:
		break;
	case NEEDS_PROBE:
		job->context.redis_up = redis_done(s->redis);
		break;
	case NEEDS_SESSION:
		authenticate_take(s, &job->context.caller);
		break;
	}
}

static void handle(struct service *s, struct job *job, struct exchange *x)
{
	struct endpoint_context *c = &job->context;

	c->service = s;
	if (job->operation->needs == NEEDS_SESSION &&
	    authenticate(s, &x->request, &x->reply, &c->caller) != RESULT_OK)
		return;
	job->operation->handle(c, &x->request, &x->reply);
}

/* All requests in hand go through the steps together. */
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
	/* A failure to send shows when the answers are taken. */
	if (asking)
		redis_send(s->redis);
	service_refresh(s, files);
	if (count > 1)
		sched_yield(); /* under load: Redis's turn, so that its answer is there when it is read */
	for (unsigned i = 0; i < count; i++)
		if (jobs[i].operation != NULL)
			take(s, &jobs[i]);
	for (unsigned i = 0; i < count; i++)
		if (jobs[i].operation != NULL)
			handle(s, &jobs[i], &x[i]);
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
		p->service = service_open(&p->config, p->resident);
	return p->jobs == NULL || p->service == NULL ? "out of memory" : NULL;
}

/* A test double can be slow, so that its clients meet what they must bear. */
static void wait_a_while(const struct config *c)
{
	unsigned range_ms = c->delay_most_ms - c->delay_least_ms + 1;
	unsigned ms = c->delay_least_ms + (unsigned)clock_ms() * 2654435761U % range_ms;

	if (c->delay_most_ms > 0)
		nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L},
			  NULL);
}

/* From the gate to whole replies. */
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

/* Nobody asked for a second: the files are looked at all the same, so that the last good version is
 * never older than that when one breaks. */
static void look_around(void *context)
{
	struct process *p = context;
	unsigned files = 0;

	for (int i = 0; i < ENDPOINT_OPERATIONS_MAX; i++)
		files |= p->endpoint->operations[i].files;
	if (obstacle(p) == NULL)
		service_refresh(p->service, files);
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
	struct process p = {.endpoint = e};
	pid_t parent = getppid();
	int status = 0;

	keep_standard_streams();
	log_name(e->name);
	signal(SIGPIPE, SIG_IGN); /* a client or a Redis that left is an error code, not the end */
	p.resident = scgi_is_listener(0);
	p.at_a_time = p.resident && !e->slow ? SCGI_AT_A_TIME_MAX : 1;
	list_methods(e, p.allow);
	config_load(&p.config);
	sandbox_enter();
	if (!p.resident)
		return cgi_serve(answer, &p); /* the kernel cleans up faster than we could */
	if (p.config.delay_most_ms > 0)
		log_event("every reply is delayed: SSA_DELAY is set", NULL);
	if (workers_start(p.config.workers, p.config.supervised ? parent : 0))
		status = scgi_serve(0, p.at_a_time, answer, look_around, &p);
	service_close(p.service);
	free(p.jobs);
	return status;
}
