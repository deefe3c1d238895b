/* operation: what an endpoint allows, as rows of data. */
#ifndef SSA_OPERATION_H
#define SSA_OPERATION_H

#include "core/result.h"
#include "http/flags.h"

#include <stdbool.h>
#include <stddef.h>

struct endpoint_context;
struct reply;
struct request;

/* What Redis must tell before a handler runs. A worker that has several requests asks Redis for all
 * of them at once. */
enum endpoint_needs {
	NEEDS_NOTHING, /* the handler asks Redis itself, if at all */
	NEEDS_PROBE,   /* whether Redis can do what a login does: context->redis_up */
	NEEDS_SESSION, /* context->caller. Without a live session the handler does not run */
};

/* One method of an endpoint. GET includes HEAD, and every endpoint has OPTIONS. */
struct operation {
	const char *method;
	/* The operation needs a body in JSON, of at most REQUEST_BODY_MAX_BYTES. 0: a body is
	 * ignored, up to REQUEST_IGNORED_MAX_BYTES. */
	size_t body_max_bytes;
	unsigned files; /* enum service_files: what to read while Redis works */
	enum endpoint_needs needs;
	/* The query string may have these flags and nothing else. `reads_query`: the handler reads
	 * it itself. */
	const char *flags[FLAGS_MAX];
	bool reads_query;
	/* NEEDS_SESSION: a 401 must also be true of the replicas (SSA_REDIS_WAIT). A client repeats
	 * a failed logout until it gets 401. */
	bool ends_session;
	/* Fills the body of the reply, or refuses the request (reply_refuse). Returns rep->result.
	 * The body of an error is made from its result, unless the handler writes a body of its own
	 * after it has refused. */
	enum result (*handle)(struct endpoint_context *c, const struct request *q,
			      struct reply *rep);
};

enum { ENDPOINT_OPERATIONS_MAX = 4 };

struct endpoint {
	const char *name;
	/* A request can take long. A worker takes one request at a time, so that other workers can
	 * serve the requests that wait. */
	bool slow;
	bool probed; /* balancers ask it: SSA_FAULTS fails no share of its requests */
	/* The path may end with a name, as in /api/info/100. Otherwise that is a 404. */
	bool takes_name;
	struct operation operations[ENDPOINT_OPERATIONS_MAX]; /* the list ends at method NULL */
};

#endif
