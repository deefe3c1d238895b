/* deadline: if a request takes too long, the program itself answers 503, wherever it hangs.
 *
 * Front-end servers do not help: lighttpd 1.4.69 may never stop a CGI program that hangs, and it
 * keeps sending requests to a worker that hangs. A flag would not work either, because hiredis and
 * the C library retry interrupted calls and would not see it. So the signal handler itself writes
 * the answer and ends the process. */
#ifndef SSA_DEADLINE_H
#define SSA_DEADLINE_H

struct reply;

enum { DEADLINE_MS = 5000, DEADLINE_REPLIES_MAX = 16 };

/* Call it once in each process. */
void deadline_prepare(void);

/* Starts the deadline of `count` requests, at most DEADLINE_REPLIES_MAX. After DEADLINE_MS a 503 is
 * written to each fd, and the process ends with status 1. Of the replies only the CORS fields are
 * read. */
void deadline_start(const int fds[], const struct reply *const replies[], unsigned count);

/* The reply to the i-th request is about to be written, or no client waits for it. From now on this
 * request gets no 503. */
void deadline_replying(unsigned i);

/* All requests are over. */
void deadline_stop(void);

#endif
