/* workers: keeps a number of worker processes running. They share one listening socket, and any of
 * them takes the connections in its queue: if a worker dies, only the requests that it has taken
 * are lost. */
#ifndef SSA_WORKERS_H
#define SSA_WORKERS_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts `count` workers, at most CONFIG_WORKERS_MAX, and a new one for each that ends.
 * If `count` is 1 and there is no supervisor, this process becomes the worker and has no keeper.
 *
 * true: this process is a worker. It must end when SIGTERM comes; the kernel also sends SIGTERM
 * when the keeper dies.
 *
 * false: this process is the keeper. A signal (SIGTERM, SIGINT or SIGHUP) has come, and all workers
 * have ended.
 *
 * `supervisor` is the parent process: keeper and workers end when it ends. 0: no such process. In a
 * worker, SIGTERM, SIGINT and SIGHUP are blocked. It looks for them when it has no requests. */
bool workers_start(unsigned count, pid_t supervisor);

/* In a worker: true if the keeper was killed and no new keeper has taken its place yet. A keeper
 * that is told to end waits for its workers first. A keeper that is killed cannot wait. Then the
 * workers must go on serving until the program has been started again. */
bool workers_orphaned(void);

#endif
