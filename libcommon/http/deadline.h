/* deadline: if a request takes too long, the program itself answers 503, wherever it hangs.
 *
 * Front-end servers do not help: lighttpd 1.4.69 may never stop a CGI program that hangs, and it
 * keeps sending requests to a worker that hangs. A flag would not work either, because hiredis and
 * the C library retry interrupted calls and would not see it. So the signal handler itself writes
 * the answer and ends the process. */
#ifndef SSA_DEADLINE_H
#define SSA_DEADLINE_H

struct hand;

enum { DEADLINE_MS = 5000 };

/* Call it once in each process. If a step takes too long, every request of this hand that has no
 * reply yet gets a 503, and the process ends with status 1. Of their replies only the CORS fields
 * are read. */
void deadline_prepare(const struct hand *h);

/* A step begins, which must be over at due_ms (clock_ms); 0: DEADLINE_MS after the first step. */
void deadline_watch(long long due_ms);

/* No step is being taken. */
void deadline_stop(void);

#endif
