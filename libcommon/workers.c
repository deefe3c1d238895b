#include "workers.h"
#include "config.h"
#include "log.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESPAWN_MS = 100 }; /* before a new worker is started */

/* Asks to be ended with `parent`. false: it is gone already. */
static bool end_with(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigprocmask(SIG_BLOCK, set, NULL);
}

/* true: in the new worker. */
static bool start_worker(pid_t *worker)
{
	pid_t keeper = getpid();

	*worker = fork();
	if (*worker < 0)
		log_event("fault", "reason", strerror(errno), NULL);
	if (*worker != 0)
		return false;
	if (!end_with(keeper))
		_exit(0);
	return true;
}

/* Takes those that have ended off the list. */
static void bury(pid_t *workers, unsigned count)
{
	pid_t dead;

	while ((dead = waitpid(-1, NULL, WNOHANG)) > 0)
		for (unsigned i = 0; i < count; i++)
			if (workers[i] == dead)
				workers[i] = 0;
}

static void end_workers(pid_t *workers, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (workers[i] > 0)
			kill(workers[i], SIGTERM);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static bool is_full(const pid_t *workers, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (workers[i] <= 0)
			return false;
	return true;
}

/* true: in a worker. */
static bool keep(pid_t *workers, unsigned count, const sigset_t *ends)
{
	sigset_t awaited = *ends;
	struct timespec pause = {.tv_nsec = RESPAWN_MS * 1000000L};

	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, NULL);
	for (;;) {
		bury(workers, count);
		for (unsigned i = 0; i < count; i++)
			if (workers[i] <= 0 && start_worker(&workers[i])) {
				sigset_t child;
				sigemptyset(&child);
				sigaddset(&child, SIGCHLD);
				sigprocmask(SIG_UNBLOCK, &child, NULL);
				return true;
			}
		/* Where a worker could not be started, it is tried again. */
		int signal = is_full(workers, count) ? sigwaitinfo(&awaited, NULL) : SIGCHLD;
		if (signal > 0 && signal != SIGCHLD)
			return false;
		/* Workers that cannot live must not make a storm of starts. A signal to end is still seen. */
		if (sigtimedwait(ends, NULL, &pause) > 0)
			return false;
	}
}

bool workers_start(unsigned count, pid_t supervisor)
{
	pid_t workers[CONFIG_WORKERS_MAX] = {0};
	sigset_t ends;

	/* Who started us may have ignored it, and then nobody would hear of a worker's end. */
	signal(SIGCHLD, SIG_DFL);
	block_signals(&ends);
	if (supervisor > 0 && !end_with(supervisor))
		return false;
	if (count <= 1)
		return true;
	if (keep(workers, count, &ends))
		return true;
	end_workers(workers, count);
	return false;
}
