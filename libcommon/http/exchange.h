/* exchange: a request and its reply, which transports and endpoints share. */
#ifndef SSA_EXCHANGE_H
#define SSA_EXCHANGE_H

#include "auth/authenticate.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/readiness.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct operation;
struct service;

/* What a handler gets besides the request. */
struct endpoint_context {
	struct service *service;
	struct caller caller;       /* NEEDS_SESSION */
	struct readiness readiness; /* NEEDS_PROBE … */
	bool redis_up;              /* … and if this is false, redis_error() says why */
	unsigned flags;             /* those of the operation that the query string has: bit i */
};

struct exchange {
	struct request request;
	struct reply reply;

	/* For the endpoint. */
	const struct operation
	    *operation; /* NULL: the request is refused, and the reply says why */
	struct endpoint_context context;

	/* For the transport. */
	int fd;           /* the reply goes here */
	long long due_ms; /* by clock_ms: when it gets a 503; 0: when the alarm rings */
	volatile sig_atomic_t replied;    /* the reply is being written: it gets no 503 any more */
	struct exchange *next, *previous; /* in the hand */
};

static inline bool exchange_has_query(const struct exchange *x)
{
	return *x->request.query != '\0';
}

/* The requests that a process has in hand, the oldest first. */
struct hand {
	struct exchange *first, *last;
	unsigned count;
};

/* Both keep the chain from `first` over `next` whole at every instruction: the signal handler of
 * deadline.c may follow it at any time. */
void hand_add(struct hand *h, struct exchange *x);
void hand_remove(struct hand *h, struct exchange *x);

/* Sends the reply, which is complete. The exchange may be gone afterwards. false: the rest of the
 * batch has to wait for a later one. */
typedef bool finish_function(struct exchange *x);

/* A program, as a transport sees it. */
struct program {
	void *context;
	/* The most requests that are answered together, with one round trip to Redis. */
	unsigned at_a_time;
	/* Admits a request or refuses it, before anything else is done. Its reply is all zero.
	 * Returns for how many milliseconds the request waits. */
	unsigned (*admit)(void *context, struct exchange *x);
	/* Answers the requests of a batch one after another, and calls `finish` for each as soon as
	 * its reply is complete. */
	void (*answer)(void *context, struct exchange *const batch[], unsigned count,
		       finish_function *finish);
	/* A worker calls this at its start, and whenever no request has come for a second. */
	void (*idle)(void *context);
};

#endif
