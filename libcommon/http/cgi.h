/* cgi: one request from the process's environment and stdin, one reply to stdout (RFC 3875). */
#ifndef SSA_CGI_H
#define SSA_CGI_H

#include "core/reply.h"
#include "core/request.h"

/* A request and its reply. Both stay together from the transport to the handler and back. */
struct exchange {
	struct request request;
	struct reply reply;
};

/* Makes the replies to `count` requests. Before the call each reply has an empty body, and all its
 * other members are zero. */
typedef void answer_function(void *context, struct exchange *exchanges, unsigned count);

/* Serves the one request to its end and ignores SIGTERM. Reason: when a client leaves, lighttpd
 * sends SIGTERM to its program, and a login that stopped there would leave no line in the log.
 * Returns the exit status: 0, or 1 if the reply could not be written. Without a request, on a
 * terminal, it says what it is, and returns 2. */
int cgi_serve(answer_function *answer, void *context);

/* Writes a reply to fd in one piece: the head, and the body if there is one. -1: the other side has
 * left (errno). An SCGI reply has the same form as a CGI reply, so both transports use this. */
int cgi_write_reply(int fd, const struct reply *rep);

#endif
