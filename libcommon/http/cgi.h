/* cgi: one request from the process's environment and stdin, one reply to stdout (RFC 3875). */
#ifndef SSA_CGI_H
#define SSA_CGI_H

#include "http/exchange.h"

/* Serves the one request to its end, and ignores SIGTERM: lighttpd sends it when the client leaves,
 * and a login that stopped there would leave no line in the log. Returns the exit status: 0, or 1
 * if the reply could not be written.
 *
 * Without a request, but with the argument --version or on a terminal, it says what the program of
 * this name is, and returns 0 or 2. */
int cgi_serve(const struct program *program, const char *name, const char *argument);

/* Writes a reply of either transport to fd. *sent is how much of it has been written, and grows. 0:
 * all of it. -1: the other side has left, or takes no more now (errno). */
int cgi_write(int fd, const struct reply_bytes *out, size_t *sent);

#endif
