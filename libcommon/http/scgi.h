/* scgi: requests without end from a listening socket. An SCGI request is a netstring of CGI
 * variables and the body behind it; the reply is a CGI reply; then the connection closes. lighttpd,
 * nginx, Apache, spawn-fcgi and systemd can all give a program such a socket as file descriptor 0.
 */
#ifndef SSA_SCGI_H
#define SSA_SCGI_H

#include "http/cgi.h"

#include <stdbool.h>

/* Whether fd is a listening socket. */
bool scgi_is_listener(int fd);

enum { SCGI_AT_A_TIME_MAX = 8 };

/* What a worker does that has had no request for a second. */
typedef void idle_function(void *context);

/* Serves until SIGTERM, SIGINT or SIGHUP, and what waits then to the end; the caller has blocked
 * these signals. Requests that wait are taken together, `at_a_time` at most: then they share one
 * round trip to Redis, and one wake-up of either side. Returns the exit status. */
int scgi_serve(int listener, unsigned at_a_time, answer_function *answer, idle_function *idle,
	       void *context);

#endif
