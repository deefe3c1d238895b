#include "http/deadline.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/reply.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

/* The state that the signal handler uses. */
static volatile sig_atomic_t serving;               /* the number of requests … */
static volatile int reply_fd[DEADLINE_REPLIES_MAX]; /* … and their sockets; -1: no 503 */
static const struct reply *volatile begun[DEADLINE_REPLIES_MAX]; /* … and their replies so far */
static volatile sig_atomic_t armed;
static volatile long long started_ms; /* 0: they started when the alarm was set */

static void set_alarm(long long ms)
{
	struct itimerval timer = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};

	armed = 1; /* set before the timer, which may expire at once */
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void expire(int signal)
{
	long long left_ms = started_ms == 0 ? 0 : started_ms + DEADLINE_MS - clock_ms();
	struct reply_bytes answer;

	(void)signal;
	armed = 0;
	if (!serving)
		return;
	if (left_ms > 0) {
		set_alarm(left_ms);
		return;
	}
	for (int i = 0; i < serving; i++)
		if (reply_fd[i] >= 0) {
			struct reply late = {.result = RESULT_UNAVAILABLE,
					     .allow_origin = begun[i]->allow_origin,
					     .vary_origin = begun[i]->vary_origin};
			reply_render(&late, &answer);
			ssize_t ignored =
			    writev(reply_fd[i],
				   (struct iovec[]){{answer.head, answer.head_len},
						    {(char *)(size_t)answer.body, answer.body_len}},
				   2);
			(void)ignored;
		}
	log_event("deadline passed", NULL);
	_exit(1);
}

void deadline_prepare(void)
{
	sigset_t alarm_alone;

	signal(SIGALRM, expire);
	/* The parent process may have blocked the signal, and signal masks are inherited. */
	sigemptyset(&alarm_alone);
	sigaddset(&alarm_alone, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm_alone, NULL);
}

/* If every request set and cleared the alarm, a busy worker would do it thousands of times a second
 * for nothing. So an alarm that is set stays set. When it expires, the handler looks at the clock.
 * If it is too early for the current requests, the handler sets the alarm again. */
void deadline_start(const int fds[], const struct reply *const replies[], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		reply_fd[i] = fds[i];
		begun[i] = replies[i];
	}
	started_ms = armed ? clock_ms() : 0;
	serving = (int)count;
	if (!armed)
		set_alarm(DEADLINE_MS);
}

void deadline_replying(unsigned i)
{
	reply_fd[i] = -1;
}

void deadline_stop(void)
{
	serving = 0;
}
