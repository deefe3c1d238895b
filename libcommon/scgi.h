/* scgi: requests without end from a listening socket. An SCGI request is a netstring of CGI
 * variables and the body behind it; the reply is a CGI reply; then the connection closes. lighttpd,
 * nginx, Apache, spawn-fcgi and systemd can all give a program such a socket as file descriptor 0.
 */
#ifndef SSA_SCGI_H
#define SSA_SCGI_H

#include "cgi.h"

#include <stdbool.h>
#include <sys/types.h>

/* Whether fd is a listening socket. */
bool scgi_is_listener(int fd);

/* Serves until SIGTERM, SIGINT or SIGHUP, which let the request in hand be answered. `supervisor`: the parent
 * process with which the worker is to end; 0: none. Returns the exit status. */
int scgi_serve(int listener, pid_t supervisor, answer_function *answer, void *context);

#endif
