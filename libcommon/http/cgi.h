/* cgi: one request from the process's environment and stdin, one reply to stdout (RFC 3875). */
#ifndef SSA_CGI_H
#define SSA_CGI_H

#include "core/reply.h"
#include "core/request.h"

/* A request and its reply, side by side from the transport to the handler and back. */
struct exchange {
	struct request request;
	struct reply reply;
};

/* Makes the replies to some requests; replies come with an empty body and all else zero. */
typedef void answer_function(void *context, struct exchange *exchanges, unsigned count);

/* Serves the one request, to its end: lighttpd sends SIGTERM to the program of a client that has
 * left, and a login that stopped there would leave no line in the log. The exit status: 0, or 1 if
 * the reply could not be written. */
int cgi_serve(answer_function *answer, void *context);

/* Writes a reply to fd in one piece: head, and body if it has one. -1: the other side has left
 * (errno). An SCGI reply is a CGI reply, so both transports end here. */
int cgi_write_reply(int fd, const struct reply *rep);

#endif
