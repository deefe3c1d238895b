#include "http/endpoint.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"
#include "core/sandbox.h"
#include "http/batch.h"
#include "http/cgi.h"
#include "http/cors.h"
#include "http/credential.h"
#include "http/deadline.h"
#include "http/faults.h"
#include "http/gate.h"
#include "http/resident.h"
#include "http/workers.h"
#include "redis/redis.h"
#include "store/readiness.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a process needs to serve requests. */
struct process {
	const struct endpoint *endpoint;
	char allow[GATE_ALLOW_SIZE];
	bool resident;
	struct config config;
	struct service *service; /* NULL: not open yet */
};

static void log_reply(const struct request *q, const struct reply *rep)
{
	int http_status = reply_status(rep);
	const char *event = rep->event;
	char status[12];

	if (http_status < 400 && event == NULL)
		return;
	if (event == NULL)
		event = http_status >= 500 ? "fault" : "refused";
	snprintf(status, sizeof status, "%d", http_status);
	log_event(event, "rhost", q->remote_addr, "user", rep->user, "reason", rep->reason,
		  "ticket", rep->ticket_id, "token", rep->token, "method", q->method, "status",
		  status, NULL);
}

/* The last step. If memory ran out while the body was written, the reply becomes an error. */
static void complete(struct exchange *x)
{
	struct reply *rep = &x->reply;

	if (rep->body.failed || rep->headers.failed)
		reply_no_memory(rep);
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
	const char *why = credential_find(q, &caller->ticket);

	if (why != NULL)
		return reply_refuse(rep, RESULT_UNAUTHENTICATED, why), false;
	/* A header that came twice fits no session. */
	caller->csrf_token = q->csrf_token_count == 0   ? NULL
			     : q->csrf_token_count == 1 ? q->csrf_token
							: "";
	if (endpoint_conclude(rep, authenticate_ask(realm, caller)) != RESULT_OK)
		return false;
	if (!caller->has_token)
		memcpy(rep->ticket_id, caller->session.name.digest, TICKET_ID_LEN);
	return true;
}

/* Queues the Redis commands for what the operation needs to know. */
static void ask(struct service *s, struct exchange *x)
{
	switch (x->operation->needs) {
	case NEEDS_NOTHING:
		break;
	case NEEDS_PROBE:
		readiness_ask(s->realm.redis, &x->context.readiness);
		break;
	case NEEDS_SESSION:
		if (!ask_session(&s->realm, &x->context.caller, &x->request, &x->reply))
			x->operation = NULL;
		break;
	}
}

/* Whether the answer must survive a failover. A status of 200 must, and the 401 of a logout: a
 * client repeats a failed logout until it gets 401. */
static bool must_survive(const struct exchange *x)
{
	return x->operation != NULL &&
	       ((x->operation->needs == NEEDS_PROBE && x->context.redis_up) ||
		(x->operation->ends_session &&
		 x->context.caller.session.found == RESULT_UNAUTHENTICATED));
}

static void make_sure(struct redis *r, struct exchange *const batch[], unsigned count)
{
	enum { UNKNOWN, SURE, UNSURE } replicated = UNKNOWN;

	for (unsigned i = 0; i < count; i++) {
		if (!must_survive(batch[i]))
			continue;
		if (replicated == UNKNOWN)
			replicated = redis_replicated(r) ? SURE : UNSURE;
		if (replicated == UNSURE) {
			batch[i]->context.redis_up = false;
			batch[i]->context.caller.session.found = RESULT_UNAVAILABLE;
		}
	}
}

static enum result admit_caller(struct realm *realm, struct caller *caller, struct reply *rep)
{
	struct outcome o = authenticate(realm, caller);

	if (caller->session.found == RESULT_OK)
		memcpy(rep->user, caller->session.username, sizeof rep->user);
	if (caller->has_token)
		memcpy(rep->token, caller->token.name, sizeof rep->token);
	return endpoint_conclude(rep, o);
}

static void handle(struct service *s, struct exchange *x)
{
	struct endpoint_context *c = &x->context;

	c->service = s;
	if (x->operation->needs != NEEDS_SESSION ||
	    admit_caller(&s->realm, &c->caller, &x->reply) == RESULT_OK)
		x->operation->handle(c, &x->request, &x->reply);
}

/* Asks Redis for all that the batch needs to know, in one round trip. */
static void ask_all(struct service *s, struct exchange *const batch[], unsigned count)
{
	unsigned files = 0;

	redis_begin(s->realm.redis);
	for (unsigned i = 0; i < count; i++) {
		if (batch[i]->operation == NULL)
			continue;
		files |= batch[i]->operation->files;
		ask(s, batch[i]);
	}
	redis_send(s->realm.redis);
	if (files != 0)
		service_refresh(s, files);
	if (count > 1)
		sched_yield(); /* under load, Redis runs now, and its answer is there when we read */
	redis_finish(s->realm.redis);
	for (unsigned i = 0; i < count; i++)
		batch[i]->context.redis_up = readiness_passed(&batch[i]->context.readiness);
	make_sure(s->realm.redis, batch, count);
}

/* Returns why this process cannot serve, or NULL if it can. With a bad configuration, it answers
 * every request with 500: if it ended, each front-end server would answer in its own words. After a
 * lack of memory, the next request tries again. */
static const char *obstacle(struct process *p)
{
	if (p->config.fault[0] == '\0' && p->service == NULL)
		p->service = service_open(&p->config, p->resident);
	if (p->config.fault[0] != '\0')
		return p->config.fault;
	return p->service == NULL ? "out of memory" : NULL;
}

/* SSA_DELAY, for tests of clients with slow replies. */
static unsigned choose_delay(const struct config *c)
{
	if (c->delay_most_ms == 0)
		return 0;
	unsigned range_ms = c->delay_most_ms - c->delay_least_ms + 1;
	return c->delay_least_ms + (unsigned)clock_ms() * 2654435761U % range_ms;
}

/* The functions of struct program. */

static unsigned admit(void *context, struct exchange *x)
{
	struct process *p = context;
	const char *why_not = obstacle(p);

	x->operation = NULL;
	x->reply.without_body = strcmp(x->request.method, "HEAD") == 0;
	cors_admit(&p->config, &x->request, p->allow, &x->reply);
	if (why_not != NULL)
		reply_refuse(&x->reply, RESULT_INTERNAL, why_not);
	else if (p->config.faults == NULL ||
		 !faults_make(&p->config, !p->endpoint->probed, p->allow, &x->request, &x->reply))
		x->operation =
		    gate_admit(p->endpoint, p->allow, &x->request, &x->context.flags, &x->reply);
	return x->reply.made.delayed ? x->reply.made.delay_ms : choose_delay(&p->config);
}

static void answer(void *context, struct exchange *const batch[], unsigned count,
		   finish_function *finish)
{
	struct process *p = context;
	long long last_ms = 0;

	for (unsigned i = 0; i < count; i++)
		if (batch[i]->due_ms > last_ms)
			last_ms = batch[i]->due_ms;
	deadline_watch(last_ms); /* when the time of all is over, something hangs */
	if (p->service != NULL)
		ask_all(p->service, batch, count);
	for (unsigned i = 0; i < count; i++) {
		struct exchange *x = batch[i];
		deadline_watch(x->due_ms);
		if (x->operation != NULL)
			handle(p->service, x);
		complete(x);
		if (!finish(x))
			break;
	}
}

/* Runs when no request has come for a second. It reads the files if they have changed: when one
 * breaks, the last good version in memory is at most a second old. */
static void look_around(void *context)
{
	struct process *p = context;
	unsigned files = 0;

	for (int i = 0; i < ENDPOINT_OPERATIONS_MAX; i++)
		files |= p->endpoint->operations[i].files;
	if (obstacle(p) == NULL) {
		service_refresh(p->service, files & ~(unsigned)SERVICE_LIMITS);
		service_rest(p->service);
	}
}

/* Opens each closed standard stream on /dev/null. Otherwise the first socket or file would get its
 * number, and log lines or replies would go there. An empty chroot has no /dev/null; a folder
 * cannot be written to either. */
static void keep_standard_streams(void)
{
	struct pollfd stream[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};

	if (poll(stream, 3, 0) == 0)
		return;
	for (int i = 0; i < 3; i++)
		if ((stream[i].revents & POLLNVAL) && open("/dev/null", O_RDWR) < 0)
			open("/", O_RDONLY);
}

static void log_unknown(void *context, const char *name, const char *what)
{
	(void)context;
	log_event("unknown setting", "name", name, "reason", what, NULL);
}

int endpoint_main(const struct endpoint *e, int argc, char **argv)
{
	struct process p = {.endpoint = e, .resident = resident_is_listener(0)};
	const struct program program = {&p, e->slow ? 1 : BATCH_MAX, admit, answer, look_around};
	pid_t parent = p.resident ? getppid() : 0;
	int status = 0;

	keep_standard_streams();
	log_name(e->name);
	signal(SIGPIPE, SIG_IGN); /* if a client or Redis has left, a write returns an error */
	gate_list_methods(e, p.allow);
	config_load(&p.config, CONFIG_ALL, NULL, NULL);
	config_unknown(log_unknown, NULL);
	sandbox_enter();
	if (!p.resident) /* frees nothing: the kernel does it faster */
		return cgi_serve(&program, e->name, argc > 1 ? argv[1] : "");
	if (p.config.delay_most_ms > 0)
		log_event("every reply is delayed: SSA_DELAY is set", NULL);
	if (p.config.faults != NULL)
		log_event("faults are made on demand: SSA_FAULTS is set", NULL);
	if (workers_start(p.config.workers, p.config.supervised ? parent : 0))
		status = resident_serve(0, &program);
	service_close(p.service);
	return status;
}
