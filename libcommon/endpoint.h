/* endpoint: what is allowed is a row of data; the gate that holds every request against it is
 * written once, and so is a program's main. */
#ifndef SSA_ENDPOINT_H
#define SSA_ENDPOINT_H

#include "result.h"

#include <stddef.h>

struct asked;
struct reply;
struct request;
struct service;

/* One method of an endpoint. HEAD comes with GET, OPTIONS by itself. A request is served in three steps, so that a worker
 * with several in hand asks Redis for all of them at once: */
struct operation {
	const char *method;
	size_t body_max_bytes; /* 0: a body is passed over; at most REQUEST_BODY_MAX_BYTES */
	unsigned files;        /* enum service_files: what is refreshed while Redis works */

	/* 1. Queues commands and notes in *asked what its answer needs, or refuses (reply_refuse) and queues nothing.
	 * NULL: this method asks nothing beforehand. */
	enum result (*ask)(struct service *s, const struct request *q, struct reply *rep,
			   struct asked *asked);
	/* 2. Takes the replies of those commands. */
	void (*take)(struct service *s, struct asked *asked);
	/* 3. Fills the reply's body, or refuses, and returns rep->result. The body of an error is made by the endpoint,
	 * unless the handler made one after it refused. */
	enum result (*handle)(struct service *s, const struct request *q, struct reply *rep,
			      const struct asked *asked);
};

enum { ENDPOINT_OPERATIONS_MAX = 4 };

struct endpoint {
	const char *name;
	const char *allow; /* the Allow header: the methods below, HEAD and OPTIONS */
	/* Requests that a worker may have in hand together. 1 where one can take long: then those that wait may be
	 * served by another worker. */
	unsigned at_a_time;
	struct operation operations[ENDPOINT_OPERATIONS_MAX]; /* up to one without a method */
};

/* The whole of a program: reads its configuration, serves one CGI request, or SCGI requests without end if
 * file descriptor 0 is a listening socket, and returns its exit status. */
int endpoint_main(const struct endpoint *e);

#endif
