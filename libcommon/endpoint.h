/* endpoint: what is allowed is a row of data; the gate that holds every request against it is
 * written once, and so is a program's main. */
#ifndef SSA_ENDPOINT_H
#define SSA_ENDPOINT_H

#include "result.h"

#include <stddef.h>

struct config;
struct reply;
struct request;
struct service;

/* One method of an endpoint. HEAD comes with GET, OPTIONS by itself. */
struct operation {
	const char *method;
	size_t body_max_bytes; /* 0: a body is passed over; at most REQUEST_BODY_MAX_BYTES */
	/* Fills the reply's body, or refuses (reply_refuse), and returns rep->result. The body of
	 * an error is made by the endpoint, unless the handler made one after it refused. */
	enum result (*handle)(struct service *s, const struct request *q, struct reply *rep);
};

enum { ENDPOINT_OPERATIONS_MAX = 4 };

struct endpoint {
	const char *name;
	const char *allow; /* the Allow header: the methods below, HEAD and OPTIONS */
	struct operation operations[ENDPOINT_OPERATIONS_MAX]; /* up to one without a method */
	struct service *(*open)(const struct config *c);      /* NULL: no memory */
	void (*close)(struct service *s);
};

/* The whole of a program: reads its configuration, serves one CGI request, or SCGI requests without
 * end if file descriptor 0 is a listening socket, and returns its exit status. */
int endpoint_main(const struct endpoint *e);

#endif
