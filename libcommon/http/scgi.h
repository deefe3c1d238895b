/* scgi: serves requests from a listening socket until it is told to stop. An SCGI request is a
 * netstring of CGI variables, followed by the body. The reply has the form of a CGI reply. Then the
 * connection closes. lighttpd, nginx, Apache, spawn-fcgi and systemd can all give a program such a
 * socket as file descriptor 0. */
#ifndef SSA_SCGI_H
#define SSA_SCGI_H

#include "http/cgi.h"

#include <stdbool.h>

/* Whether fd is a listening socket. */
bool scgi_is_listener(int fd);

enum { SCGI_AT_A_TIME_MAX = 8 };

/* A worker calls this at its start, and whenever no request has come for a second. */
typedef void idle_function(void *context);

/* Serves until SIGTERM, SIGINT or SIGHUP comes, and then still serves the requests that wait. The
 * caller must have blocked these signals. Requests that wait are taken together, at most
 * `at_a_time`: they share one round trip to Redis, and each side wakes up only once. The result is
 * the exit status. */
int scgi_serve(int listener, unsigned at_a_time, answer_function *answer, idle_function *idle,
	       void *context);

#endif
