/* workers: keeps a number of worker processes alive that share one listening socket. What waits in the socket's queue
 * belongs to all of them: a worker that dies takes with it the requests in its hands and no other. */
#ifndef SSA_WORKERS_H
#define SSA_WORKERS_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts `count` workers, at most CONFIG_WORKERS_MAX, and a new one for each that ends.
 * true: this process is a worker, which ends when SIGTERM comes; it comes too when its keeper dies.
 * false: this process is the keeper, SIGTERM, SIGINT or SIGHUP has come, and all workers have ended.
 * One worker without a supervisor has no keeper.
 *
 * `supervisor`: the parent process with which all of it is to end; 0: none. SIGTERM, SIGINT and SIGHUP are blocked in a
 * worker: it looks for them when it has nothing in hand. */
bool workers_start(unsigned count, pid_t supervisor);

/* In a worker: whether the keeper was killed, and nobody has taken its place yet. A keeper that is told
 * to end outlives its workers; one that is killed cannot, and then they are to serve on until the
 * program has been started again. */
bool workers_orphaned(void);

#endif
