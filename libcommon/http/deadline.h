/* deadline: a request that takes too long is answered 503 by the program itself, whatever it hangs
 * in.
 *
 * Front-end servers do not help: lighttpd 1.4.69 may never stop a CGI program that hangs, and keeps
 * sending requests to a worker that does. hiredis and the C library retry interrupted calls, so a
 * flag would not be seen: the signal handler itself writes the answer and ends the process. */
#ifndef SSA_DEADLINE_H
#define SSA_DEADLINE_H

struct reply;

enum { DEADLINE_MS = 5000, DEADLINE_REPLIES_MAX = 16 };

/* Once for each process. */
void deadline_prepare(void);

/* From now on, DEADLINE_MS until a 503 goes to each of these and the process ends with status 1. At most
 * DEADLINE_REPLIES_MAX of them. Of the replies only the CORS fields are read. */
void deadline_start(const int fds[], const struct reply *const replies[], unsigned count);

/* The reply to the i-th is on its way, or nobody waits for one: it gets no 503 any more. */
void deadline_replying(unsigned i);

/* All requests are over. */
void deadline_stop(void);

#endif
