/* endpoint: what is allowed is a row of data; the gate that holds every request against it is
 * written once, and so is a program's main. */
#ifndef SSA_ENDPOINT_H
#define SSA_ENDPOINT_H

#include "auth/authenticate.h"
#include "auth/service.h"
#include "core/reply.h"
#include "core/request.h"
#include "core/result.h"

#include <stdbool.h>
#include <stddef.h>

/* What must be known of Redis before a handler runs. A worker with several requests in hand asks
 * for all of them at once. */
enum endpoint_needs {
	NEEDS_NOTHING, /* the handler asks Redis itself, if at all */
	NEEDS_PROBE,   /* whether Redis can be written to: context->redis_up */
	NEEDS_SESSION, /* who asks: context->caller. Without a live session the handler does not run */
};

/* What a handler works with, besides the request. */
struct endpoint_context {
	struct service *service;
	struct caller caller; /* NEEDS_SESSION */
	bool redis_up;        /* NEEDS_PROBE; false: redis_error() says why */
};

/* One method of an endpoint. HEAD comes with GET, OPTIONS by itself. */
struct operation {
	const char *method;
	size_t body_max_bytes; /* 0: a body is passed over; at most REQUEST_BODY_MAX_BYTES */
	unsigned files;        /* enum service_files: what is refreshed while Redis works */
	enum endpoint_needs needs;
	/* Fills the reply's body, or refuses (reply_refuse), and returns rep->result. The body of an
	 * error is made of its result, unless the handler makes one after it refused. */
	enum result (*handle)(struct endpoint_context *c, const struct request *q,
			      struct reply *rep);
};

enum { ENDPOINT_OPERATIONS_MAX = 4 };

struct endpoint {
	const char *name;
	/* A request can take long. Then a worker takes one at a time, so that those that wait may be
	 * served by another worker. */
	bool slow;
	struct operation operations[ENDPOINT_OPERATIONS_MAX]; /* up to one without a method */
};

/* The whole of a program: reads its configuration, serves one CGI request, or SCGI requests without
 * end if file descriptor 0 is a listening socket, and returns its exit status. */
int endpoint_main(const struct endpoint *e);

#endif
