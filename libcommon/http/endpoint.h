/* endpoint: a program describes what it allows as rows of data. The code that checks every request
 * against these rows, and the main function of a program, are here once for all programs. */
#ifndef SSA_ENDPOINT_H
#define SSA_ENDPOINT_H

#include "auth/authenticate.h"
#include "core/reply.h"
#include "core/request.h"
#include "core/result.h"
#include "http/service.h"

#include <stdbool.h>
#include <stddef.h>

/* What Redis must tell before a handler runs. A worker that has several requests asks Redis for all
 * of them at once. */
enum endpoint_needs {
	NEEDS_NOTHING, /* the handler asks Redis itself, if at all */
	NEEDS_PROBE,   /* whether Redis can be written to: context->redis_up */
	NEEDS_SESSION, /* context->caller. Without a live session the handler does not run */
};

/* What a handler gets in addition to the request. */
struct endpoint_context {
	struct service *service;
	struct caller caller; /* NEEDS_SESSION */
	bool redis_up;        /* NEEDS_PROBE; if false, redis_error() says why */
};

/* One method of an endpoint. GET includes HEAD, and every endpoint has OPTIONS. */
struct operation {
	const char *method;
	size_t body_max_bytes; /* 0: a body is ignored; at most REQUEST_BODY_MAX_BYTES */
	unsigned files;        /* enum service_files: the files to refresh while Redis works */
	enum endpoint_needs needs;
	/* NEEDS_SESSION: that there is no session must be true of the replicas, too. So a logout
	 * that had to be repeated (SSA_REDIS_WAIT) is over when its answer is 401. */
	bool ends_session;
	/* Fills the body of the reply, or refuses the request (reply_refuse). Returns rep->result.
	 * The body of an error is made from its result, unless the handler writes a body of its own
	 * after it has refused. */
	enum result (*handle)(struct endpoint_context *c, const struct request *q,
			      struct reply *rep);
};

/* Makes a reply of what auth decided: for the client, and for the log. Returns rep->result. */
enum result endpoint_conclude(struct reply *rep, struct outcome o);

enum { ENDPOINT_OPERATIONS_MAX = 4 };

struct endpoint {
	const char *name;
	/* true: a request can take long. Then a worker takes one request at a time, so that other
	 * workers can serve the requests that wait. */
	bool slow;
	struct operation operations[ENDPOINT_OPERATIONS_MAX]; /* the list ends at method NULL */
};

/* The whole program: reads the configuration and serves one CGI request. If file descriptor 0 is a
 * listening socket, it serves SCGI requests until it is told to stop. Returns the exit status. */
int endpoint_main(const struct endpoint *e);

#endif
