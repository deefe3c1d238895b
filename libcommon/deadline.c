#include "deadline.h"
#include "log.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define BODY "{\"code\":503,\"message\":\"service unavailable, try again later\",\"data\":\"\"}"

static const char answer[] = "Status: 503 Service Unavailable\r\n"
			     "Content-Type: application/json\r\n"
			     "Content-Length: 71\r\n"
			     "Cache-Control: no-store\r\n"
			     "X-Content-Type-Options: nosniff\r\n"
			     "Retry-After: 1\r\n"
			     "\r\n" BODY;
_Static_assert(sizeof BODY - 1 == 71, "Content-Length of the answer past the deadline");

/* What a signal handler can know, it knows from here. */
static volatile sig_atomic_t reply_fd = -1;

static void expire(int signal)
{
	(void)signal;
	log_event("deadline passed", "status", reply_fd >= 0 ? "503" : NULL, NULL);
	if (reply_fd >= 0) {
		ssize_t ignored = write(reply_fd, answer, sizeof answer - 1);
		(void)ignored;
	}
	_exit(1);
}

void deadline_prepare(void)
{
	sigset_t alarm_alone;

	signal(SIGALRM, expire);
	/* Who started us may have blocked it, and masks are inherited. */
	sigemptyset(&alarm_alone);
	sigaddset(&alarm_alone, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm_alone, NULL);
}

void deadline_start(int fd)
{
	reply_fd = fd;
	alarm(DEADLINE_S);
}

void deadline_replying(void)
{
	reply_fd = -1;
}

void deadline_stop(void)
{
	alarm(0);
}
