/* deadline: if a request takes too long, the program itself answers 503, wherever it hangs.
 *
 * A front-end server does not do that: lighttpd 1.4.69 may never stop a CGI program that hangs,
 * and keeps sending requests to a worker that hangs. A flag would not be seen, because hiredis and
 * the C library repeat interrupted calls. The signal handler itself writes the answer and ends the
 * process. */
#ifndef SSA_DEADLINE_H
#define SSA_DEADLINE_H

struct hand;

enum { DEADLINE_MS = 5000 };

/* Call it once in each process. If a step takes too long, every request of this hand without a
 * reply gets a 503, with the CORS fields that its reply has, and the process ends with status 1. */
void deadline_prepare(const struct hand *h);

/* A step begins. It must be over at due_ms (clock_ms); 0: DEADLINE_MS after the first step. */
void deadline_watch(long long due_ms);

/* The step is over. */
void deadline_stop(void);

#endif
