/* scgi: reads an SCGI request: a netstring of CGI variables, then the body. The reply has the form
 * of a CGI reply. lighttpd, nginx, Apache, spawn-fcgi and systemd can all start a program with a
 * socket for such requests as file descriptor 0. */
#ifndef SSA_SCGI_H
#define SSA_SCGI_H

#include "http/request.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	SCGI_HEADERS_MAX_BYTES = 65536, /* the limits of front-end servers are far lower */
	SCGI_LENGTH_DIGITS = 6,
	SCGI_MAX_BYTES =
	    SCGI_LENGTH_DIGITS + 1 + SCGI_HEADERS_MAX_BYTES + 1 + REQUEST_IGNORED_MAX_BYTES,
};

enum scgi_state {
	SCGI_WHOLE,   /* *q is the request; its strings point to the bytes */
	SCGI_PARTIAL, /* more bytes must come, at most SCGI_MAX_BYTES in all */
	SCGI_BROKEN,  /* this is not SCGI, or was cut short: no answer is possible */
};

/* Reads a request from the bytes that have come so far. `ended`: no more will come. A body that is
 * too large (request.h) is not waited for. */
enum scgi_state scgi_read(const char *at, size_t len, bool ended, struct request *q);

#endif
