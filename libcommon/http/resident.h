/* resident: a worker serves SCGI requests from a listening socket until it is told to stop.
 *
 * It waits for connections and for time, never for one client: requests that are put aside, and
 * clients that do not take their replies, hold up nobody. */
#ifndef SSA_RESIDENT_H
#define SSA_RESIDENT_H

#include "http/exchange.h"

#include <stdbool.h>

/* Whether fd is a listening socket. */
bool resident_is_listener(int fd);

/* Serves until SIGTERM, SIGINT or SIGHUP comes, and then still serves the requests that wait. The
 * caller must have blocked these signals. The result is the exit status. */
int resident_serve(int listener, const struct program *program);

#endif
