/* resident: a worker that serves SCGI requests from a listening socket until it is told to stop.
 *
 * It never waits for one client alone: delayed requests, and clients that do not take their
 * replies, hold up nobody. */
#ifndef SSA_RESIDENT_H
#define SSA_RESIDENT_H

#include "http/exchange.h"

#include <stdbool.h>

/* Whether fd is a listening socket. */
bool resident_is_listener(int fd);

/* Serves until SIGTERM, SIGINT or SIGHUP comes, and then the requests that wait. The caller must
 * have blocked these signals. Returns the exit status. */
int resident_serve(int listener, const struct program *program);

#endif
