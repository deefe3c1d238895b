/* endpoint: the main function of a program, and the way of a request through it, once for all
 * programs. */
#ifndef SSA_ENDPOINT_H
#define SSA_ENDPOINT_H

#include "core/result.h"
#include "http/exchange.h"
#include "http/operation.h"
#include "http/service.h"

/* Makes a reply of what auth decided: for the client, and for the log. Returns rep->result. */
enum result endpoint_conclude(struct reply *rep, struct outcome o);

/* The whole program: reads the configuration and serves one CGI request. If file descriptor 0 is a
 * listening socket, it serves SCGI requests until it is told to stop. Without a request, with
 * --version or at a terminal, it says what it is. Returns the exit status. */
int endpoint_main(const struct endpoint *e, int argc, char **argv);

#endif
