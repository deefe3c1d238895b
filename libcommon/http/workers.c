#include "http/workers.h"
#include "core/clock.h"
#include "core/config.h"
#include "core/log.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	RESPAWN_MS = 100, /* the pause between two starts of workers */
	ORPHAN_MS = 3000, /* lighttpd needs at most 2 s to start a program again */
};

/* These are set in a worker. */
static pid_t keeper_pid; /* 0: the worker has no keeper */
static char socket_name[sizeof((struct sockaddr_un *)0)->sun_path + 1];
static struct stat socket_file;

/* Finds the name by which clients reach the shared socket. lighttpd makes it as NAME-0, and the
 * shell command in lighttpd.conf renames it to NAME. */
static void find_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNSPEC};
	socklen_t len = sizeof address;

	if (getsockname(0, (struct sockaddr *)&address, &len) != 0 || address.sun_family != AF_UNIX)
		return;
	memcpy(socket_name, address.sun_path, sizeof address.sun_path);
	size_t length = strlen(socket_name);
	if (length > 2 && strcmp(socket_name + length - 2, "-0") == 0)
		socket_name[length - 2] = '\0';
	if (stat(socket_name, &socket_file) != 0)
		socket_name[0] = '\0';
}

/* Whether that name is gone, or leads to another socket. */
static bool is_replaced(void)
{
	struct stat now;

	return stat(socket_name, &now) != 0 || now.st_ino != socket_file.st_ino ||
	       now.st_dev != socket_file.st_dev;
}

/* Asks the kernel for SIGTERM when `parent` ends. false: `parent` has ended already. */
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

/* Returns true in the new worker, false in the keeper. */
static bool start_worker(pid_t *worker)
{
	pid_t keeper = getpid();

	*worker = fork();
	if (*worker < 0)
		log_event("fault", "reason", strerror(errno), NULL);
	if (*worker != 0)
		return false;
	if (!end_with(keeper))
		raise(SIGTERM); /* the keeper ended before the kernel was asked to signal it */
	keeper_pid = keeper;
	find_socket();
	return true;
}

/* Removes the workers that have ended from the list. */
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

/* Returns true in a worker. false: this is the keeper, and a signal to end has come. */
static bool supervise(pid_t *workers, unsigned count, const sigset_t *ends)
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
		/* If a worker could not be started, it tries again after the pause, without a
		 * signal. */
		int signal = is_full(workers, count) ? sigwaitinfo(&awaited, NULL) : SIGCHLD;
		if (signal > 0 && signal != SIGCHLD)
			return false;
		/* The pause limits the rate of starts if workers end at once. A signal to end also
		 * ends the pause. */
		if (sigtimedwait(ends, NULL, &pause) > 0)
			return false;
	}
}

bool workers_start(unsigned count, pid_t supervisor)
{
	pid_t workers[CONFIG_WORKERS_MAX] = {0};
	sigset_t ends;

	/* If the process that started this one ignored SIGCHLD, the keeper would not learn that a
	 * worker has ended. */
	signal(SIGCHLD, SIG_DFL);
	block_signals(&ends);
	if (supervisor > 0 && !end_with(supervisor))
		return false;
	if (count <= 1 && supervisor == 0)
		return true;
	if (supervise(workers, count, &ends))
		return true;
	end_workers(workers, count);
	return false;
}

bool workers_orphaned(void)
{
	static long long since_ms;

	if (keeper_pid == 0 || getppid() == keeper_pid || is_replaced())
		return false;
	if (since_ms == 0)
		since_ms = clock_ms();
	return clock_ms() - since_ms < ORPHAN_MS;
}
