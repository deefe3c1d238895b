#include "http/resident.h"
#include "core/clock.h"
#include "core/log.h"
#include "http/batch.h"
#include "http/connection.h"
#include "http/deadline.h"
#include "http/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECTIONS_MAX = 1024, /* in hand at a time */
	EVENTS_MAX = 16,
	IDLE_MS = 1000,
	ORPHAN_LOOKS_MS = 50, /* how often an orphaned worker looks for a new keeper */
	SLICE_MS = 20,        /* a batch that lasts longer ends after a request with a query */
	/* The memory of replies that clients have not taken. At this limit the worker makes no
	 * other reply, and clients that have taken nothing for STALL_MS lose theirs. */
	HELD_MAX_BYTES = 64 << 20,
	STALL_MS = 1000,
	RETRY_MS = 10,
	GRACE_MS = 2,    /* in which a front-end server passes on what it has taken */
	SEND_MS = 90000, /* longer than any front-end server waits for its client */
};

struct resident {
	const struct program *program;
	int listener, set;
	bool listening; /* the listener is in the epoll set */
	int fault;      /* errno of accepting or waiting; 0: none */
	struct hand hand;
	struct connection_spares spares;
	struct batch batch;
	unsigned awaited;      /* connections that wait for their client */
	unsigned failed_waits; /* one after the other */
	size_t held_bytes;     /* of all replies that are being sent */
	long long now_ms, idle_ms, slice_ms;
};

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

bool resident_is_listener(int fd)
{
	int listening = 0;
	socklen_t len = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

/* --- one connection --------------------------------------------------------------------------- */

static struct connection *begin(struct resident *r, int fd)
{
	struct connection *c = connection_new(&r->spares, fd);

	c->owner = r;
	c->x.due_ms = r->now_ms + DEADLINE_MS;
	hand_add(&r->hand, &c->x);
	return c;
}

static void end(struct connection *c)
{
	struct resident *r = c->owner;

	hand_remove(&r->hand, &c->x);
	r->awaited -= c->awaited;
	r->held_bytes -= c->held_bytes;
	connection_end(c, &r->spares);
}

/* Waits for one event. */
static void watch(struct connection *c, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLONESHOT, .data.ptr = c};
	int what = c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	c->owner->awaited += !c->awaited;
	c->watched = c->awaited = true;
	if (epoll_ctl(c->owner->set, what, c->x.fd, &event) == 0)
		return;
	log_event("fault", "reason", strerror(errno), NULL);
	end(c);
}

static void receive(struct connection *c)
{
	switch (connection_receive(c)) {
	case SCGI_PARTIAL:
		watch(c, EPOLLIN);
		return;
	case SCGI_BROKEN:
		if (c->len > 0)
			log_event("refused", "reason", "not an SCGI request", NULL);
		end(c);
		return;
	case SCGI_WHOLE:
		break;
	}
	unsigned delay_ms = c->owner->program->admit(c->owner->program->context, &c->x);
	c->state = delay_ms > 0 ? CONNECTION_DELAYED : CONNECTION_WAITING;
	if (delay_ms > 0)
		c->x.due_ms = c->owner->now_ms + delay_ms;
}

/* Sends more of the reply, or begins to. */
static void send_more(struct connection *c)
{
	if (connection_send(c)) {
		end(c);
		return;
	}
	if (c->state != CONNECTION_SENDING) {
		c->state = CONNECTION_SENDING;
		c->held_bytes = c->x.reply.body.cap;
		c->owner->held_bytes += c->held_bytes;
	}
	c->x.due_ms = clock_ms() + SEND_MS;
	watch(c, EPOLLOUT);
}

/* A finish_function. */
static bool finish(struct exchange *x)
{
	struct connection *c = connection_of(x);
	struct resident *r = c->owner;
	bool yields = exchange_has_query(x) && clock_ms() >= r->slice_ms;

	send_more(c);
	return !yields && r->held_bytes < HELD_MAX_BYTES;
}

/* --- what is next ----------------------------------------------------------------------------- */

/* Accepts connections that wait, as many as fit into a batch. true: there were some. */
static bool accept_some(struct resident *r)
{
	bool some = false;

	r->fault = 0;
	for (unsigned n = r->batch.left;
	     n < r->program->at_a_time && r->hand.count < CONNECTIONS_MAX; n++) {
		if (!connection_reserve(&r->spares)) {
			r->fault = ENOMEM;
			break;
		}
		int fd = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
				r->fault = errno;
			break;
		}
		some = true;
		receive(begin(r, fd));
	}
	return some;
}

/* If the replies in hand hold too much memory, those that nobody reads are given up, the oldest
 * first. Returns whether there is room for more replies. */
static bool make_room(struct resident *r)
{
	while (r->held_bytes >= HELD_MAX_BYTES) {
		struct exchange *oldest = NULL;
		for (struct exchange *x = r->hand.first; x != NULL; x = x->next)
			if (connection_of(x)->held_bytes > 0 &&
			    (oldest == NULL || x->due_ms < oldest->due_ms))
				oldest = x;
		if (oldest == NULL || oldest->due_ms - r->now_ms > SEND_MS - STALL_MS)
			return false;
		log_event("reply cut off", "rhost", oldest->request.remote_addr, "user",
			  oldest->reply.user, "reason", "the client does not read it", NULL);
		end(connection_of(oldest));
	}
	return true;
}

/* Moves those connections on whose time has come, and returns when the next one's comes. */
static long long look_at_times(struct resident *r)
{
	long long next_ms = r->idle_ms;

	for (struct exchange *x = r->hand.first, *next; x != NULL; x = next) {
		struct connection *c = connection_of(x);
		bool is_due = r->now_ms >= x->due_ms;
		next = x->next;
		if (c->state == CONNECTION_WAITING)
			continue;
		if (c->state == CONNECTION_DELAYED && (is_due || stopping)) {
			x->due_ms = r->now_ms + DEADLINE_MS;
			c->state = CONNECTION_WAITING;
		} else if (is_due) {
			if (c->state == CONNECTION_READING)
				log_event("refused", "reason", "the request came too slowly", NULL);
			end(c);
		} else if (x->due_ms < next_ms) {
			next_ms = x->due_ms;
		}
	}
	return next_ms;
}

/* --- the loop --------------------------------------------------------------------------------- */

/* With EPOLLEXCLUSIVE a new connection wakes one of the workers that share the socket, not all.
 * false: the kernel has no memory for it now. */
static bool listen_or_not(struct resident *r, bool wanted)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};

	if (r->listening != wanted &&
	    epoll_ctl(r->set, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, r->listener, &event) == 0)
		r->listening = wanted;
	return r->listening == wanted;
}

/* Waits until something comes, `ms` at most. The signals are unblocked only here: no signal is
 * missed or interrupts a request. Returns how many events came. -1: r->fault. */
static int wait_for(struct resident *r, long long ms)
{
	struct epoll_event events[EVENTS_MAX];
	sigset_t none;

	sigemptyset(&none);
	if (stopping && ms > ORPHAN_LOOKS_MS)
		ms = ORPHAN_LOOKS_MS;
	int woken = epoll_pwait(r->set, events, EVENTS_MAX, ms > 0 ? (int)ms : 0, &none);
	if (woken < 0 && errno != EINTR) {
		r->fault = errno;
		return -1;
	}
	/* Under load, other processes run first, and meanwhile more requests arrive. When requests
	 * are answered together, each costs less. Without load, this call returns at once. */
	sched_yield();
	for (int i = 0; i < woken; i++) {
		struct connection *c = events[i].data.ptr;
		if (c == NULL)
			continue; /* the listener */
		r->awaited -= c->awaited;
		c->awaited = false;
		if (c->state == CONNECTION_READING)
			receive(c);
		else
			send_more(c);
	}
	return woken;
}

/* Sleeps until something comes, or until `until_ms`. false: r->fault. */
static bool sleep_until(struct resident *r, long long until_ms)
{
	bool wanted = r->fault == 0 && r->batch.left == 0 && r->hand.count < CONNECTIONS_MAX;
	long long ms = until_ms - r->now_ms;

	if (!listen_or_not(r, wanted) && ms > RETRY_MS)
		ms = RETRY_MS;
	return wait_for(r, ms) >= 0;
}

/* Under load, clients that take the rest of their replies have a slice of time, as long as they
 * take something. false: r->fault. */
static bool feed_clients(struct resident *r)
{
	long long end_ms = clock_ms() + SLICE_MS;
	int woken;

	listen_or_not(r, false);
	do
		woken = wait_for(r, GRACE_MS);
	while (woken > 0 && r->awaited > 0 && clock_ms() < end_ms);
	return woken >= 0;
}

static void answer(struct resident *r)
{
	r->slice_ms = r->now_ms + SLICE_MS;
	r->program->answer(r->program->context, r->batch.list, r->batch.count, finish);
	deadline_stop();
	r->idle_ms = r->now_ms + IDLE_MS;
}

/* Accepts, answers one batch and waits. false: the last turn is over, or the worker cannot go on
 * (r->fault). */
static bool take_turn(struct resident *r)
{
	/* Asked before the last look into the queue: all requests that came until now are
	 * answered. */
	bool ends = stopping && !workers_orphaned();

	r->now_ms = clock_ms();
	if (r->now_ms >= r->idle_ms) {
		r->program->idle(r->program->context);
		r->idle_ms = r->now_ms + IDLE_MS;
	}
	bool some = accept_some(r), waited;
	if (r->fault != 0 && r->hand.count == 0)
		return false; /* the process that started this worker starts a new one */
	long long next_ms = look_at_times(r);
	batch_choose(&r->batch, &r->hand, r->program->at_a_time, !make_room(r), r->now_ms);
	if (r->batch.count > 0) {
		answer(r);
		waited = r->awaited == 0 || feed_clients(r);
	} else if (ends && !some && r->hand.count == 0) {
		return false;
	} else {
		if (r->batch.left > 0 || r->fault != 0)
			next_ms = r->now_ms + RETRY_MS;
		waited = sleep_until(r, next_ms);
	}
	r->failed_waits = waited ? 0 : r->failed_waits + 1;
	return r->failed_waits < 2; /* after one, what is in hand is still answered */
}

int resident_serve(int listener, const struct program *program)
{
	struct resident r = {
	    .program = program, .listener = listener, .set = epoll_create1(EPOLL_CLOEXEC)};

	fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
	if (r.set < 0 || !connection_reserve(&r.spares)) {
		log_event("fault", "reason", r.set < 0 ? strerror(errno) : "out of memory", NULL);
		return 1;
	}
	deadline_prepare(&r.hand);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGHUP, stop);
	while (take_turn(&r))
		;
	if (r.fault != 0)
		log_event("fault", "reason", strerror(r.fault), NULL);
	while (r.hand.first != NULL)
		end(connection_of(r.hand.first));
	connection_free(&r.spares);
	close(r.set);
	return 0;
}
