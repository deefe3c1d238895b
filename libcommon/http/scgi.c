#include "http/scgi.h"
#include "core/log.h"
#include "http/deadline.h"
#include "http/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	HEADERS_MAX_BYTES = 65536, /* the limits of front-end servers are far lower */
	LENGTH_DIGITS = 6,
	INPUT_BYTES = LENGTH_DIGITS + 1 + HEADERS_MAX_BYTES + 1 + REQUEST_BODY_MAX_BYTES,
	BODY_KEEP_BYTES = 65536,
	IDLE_MS = 1000,
	ORPHAN_LOOKS_MS = 50, /* how often an orphaned worker looks for a new keeper */
};

/* Set by the signal handler. */
static volatile sig_atomic_t stopping;

static void stop(int signal)
{
	(void)signal;
	stopping = 1;
}

bool scgi_is_listener(int fd)
{
	int listening = 0;
	socklen_t len = sizeof listening;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

/* The input of one connection. Usually one read returns all of it. */
struct input {
	int fd;
	size_t len;
	char at[INPUT_BYTES];
};

/* Reads until the input has `need` bytes. */
static bool fill(struct input *in, size_t need)
{
	while (in->len < need) {
		ssize_t n = recv(in->fd, in->at + in->len, sizeof in->at - in->len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		in->len += (size_t)n;
	}
	return true;
}

/* Reads "123:" and returns the length. *begin is where the headers begin. 0: not a netstring. */
static size_t read_length(struct input *in, size_t *begin)
{
	size_t sum = 0;

	for (size_t i = 0; i <= LENGTH_DIGITS; i++) {
		if (!fill(in, i + 1))
			return 0;
		char c = in->at[i];
		if (c == ':') {
			*begin = i + 1;
			return sum;
		}
		if (c < '0' || c > '9')
			return 0;
		sum = sum * 10 + (size_t)(c - '0');
	}
	return 0;
}

/* Splits "name NUL value NUL …" into the request. */
static bool take_headers(struct request *q, const char *at, const char *end)
{
	while (at < end) {
		const char *name_end = memchr(at, '\0', (size_t)(end - at));
		if (name_end == NULL)
			return false;
		const char *value = name_end + 1;
		const char *value_end = memchr(value, '\0', (size_t)(end - value));
		if (value_end == NULL)
			return false;
		request_take(q, at, (size_t)(name_end - at), value);
		at = value_end + 1;
	}
	return true;
}

/* false: the input is not SCGI, or it was cut short. Then no answer is possible. */
static bool read_request(struct input *in, struct request *q)
{
	size_t begin = 0, length = read_length(in, &begin), announced;

	if (length == 0 || length > HEADERS_MAX_BYTES || !fill(in, begin + length + 1))
		return false;
	request_init(q);
	if (in->at[begin + length] != ',' ||
	    !take_headers(q, in->at + begin, in->at + begin + length))
		return false;
	if (!request_announced(q, &announced) || announced == 0)
		return true;
	size_t body = begin + length + 1;
	q->body = NULL;
	q->body_bytes = announced;
	if (announced <= REQUEST_BODY_MAX_BYTES && fill(in, body + announced))
		q->body = in->at + body;
	return true;
}

/* The requests that a worker handles together. */
struct hand {
	struct input in[SCGI_AT_A_TIME_MAX];
	struct exchange x[SCGI_AT_A_TIME_MAX];
	struct text kept[SCGI_AT_A_TIME_MAX]; /* the memory of the replies, used again each time */
};

/* Reads the i-th request. false: there is no request, and the connection has been closed. */
static bool receive(struct hand *h, unsigned i)
{
	struct input *in = &h->in[i];

	in->len = 0;
	if (read_request(in, &h->x[i].request))
		return true;
	if (in->len > 0)
		log_event("refused", "reason", "not an SCGI request", NULL);
	close(in->fd);
	return false;
}

static void send_reply(struct hand *h, unsigned i)
{
	struct text *body = &h->x[i].reply.body;

	cgi_write_reply(h->in[i].fd, &h->x[i].reply);
	close(h->in[i].fd);
	text_clear(body, BODY_KEEP_BYTES);
	text_free(&h->x[i].reply.headers);
	h->kept[i] = *body;
}

/* Answers the `count` connections that were accepted. */
static void serve(struct hand *h, unsigned count, answer_function *answer, void *context)
{
	int fds[SCGI_AT_A_TIME_MAX];
	const struct reply *replies[SCGI_AT_A_TIME_MAX];
	unsigned whole = 0;

	for (unsigned i = 0; i < count; i++) {
		fds[i] = h->in[i].fd;
		h->x[i].reply = (struct reply){.body = h->kept[i]};
		replies[i] = &h->x[i].reply;
	}
	deadline_start(fds, replies, count);
	/* If a connection brings no valid request, the next one takes its place. */
	for (unsigned i = 0; i < count; i++) {
		h->in[whole].fd = fds[i];
		if (receive(h, whole))
			whole++;
		else
			deadline_replying(i);
	}
	if (whole < count) { /* the requests have moved to other places */
		for (unsigned i = 0; i < whole; i++)
			fds[i] = h->in[i].fd;
		deadline_start(fds, replies, whole);
	}
	if (whole > 0)
		answer(context, h->x, whole);
	for (unsigned i = 0; i < whole; i++) {
		deadline_replying(i);
		send_reply(h, i);
	}
	deadline_stop();
}

/* Accepts the connections that wait. *broken: accepting fails (no descriptors, no memory). */
static unsigned accept_some(int listener, struct hand *h, unsigned at_a_time, bool *broken)
{
	unsigned count = 0;

	while (count < at_a_time) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0) {
			*broken = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED;
			break;
		}
		h->in[count++].fd = fd;
	}
	return count;
}

/* Returns an epoll set. With EPOLLEXCLUSIVE a new connection wakes one of the workers that share
 * the socket, not all of them. -1: errno. */
static int watch(int listener)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
	int set = epoll_create1(EPOLL_CLOEXEC);

	fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
	return set >= 0 && epoll_ctl(set, EPOLL_CTL_ADD, listener, &event) == 0 ? set : -1;
}

/* Serves until a signal tells it to stop and no connection waits any more. The signals are
 * unblocked only during epoll_pwait. So none is missed, and none interrupts a request. */
static void serve_all(int listener, int set, struct hand *h, unsigned at_a_time,
		      answer_function *answer, idle_function *idle, void *context)
{
	struct epoll_event event;
	sigset_t none;

	sigemptyset(&none);
	idle(context);
	for (;;) {
		/* This is asked before the last look into the queue, so that all requests that came
		 * until now are answered. */
		bool ends = stopping && !workers_orphaned(), broken = false;
		unsigned count = accept_some(listener, h, at_a_time, &broken);
		if (broken) /* this worker ends; the process that started it starts a new one */
			log_event("fault", "reason", strerror(errno), NULL);
		if (count > 0)
			serve(h, count, answer, context);
		if (broken || (count == 0 && ends))
			return;
		if (count > 0)
			continue;
		int woken =
		    epoll_pwait(set, &event, 1, stopping ? ORPHAN_LOOKS_MS : IDLE_MS, &none);
		if (woken < 0 && errno != EINTR)
			return;
		if (woken == 0) {
			idle(context);
			continue;
		}
		/* Under load, other processes run first, and meanwhile more requests arrive.
		 * When requests are served together, each costs less. Without load, this call
		 * returns at once. */
		sched_yield();
	}
}

int scgi_serve(int listener, unsigned at_a_time, answer_function *answer, idle_function *idle,
	       void *context)
{
	struct hand *h = calloc(1, sizeof *h); /* unused pages take no memory */
	int set = watch(listener);

	if (h == NULL || set < 0) {
		log_event("fault", "reason", h == NULL ? "out of memory" : strerror(errno), NULL);
		free(h);
		return 1;
	}
	deadline_prepare();
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGHUP, stop);
	serve_all(listener, set, h, at_a_time, answer, idle, context);
	for (unsigned i = 0; i < SCGI_AT_A_TIME_MAX; i++)
		text_free(&h->kept[i]);
	free(h);
	close(set);
	return 0;
}
