#include "http/deadline.h"
#include "core/clock.h"
#include "core/log.h"
#include "http/exchange.h"

#include <limits.h>
#include <stddef.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEVER LLONG_MAX

/* The state that the signal handler uses. */
static const struct hand *in_hand;
static volatile long long due; /* of the present step; 0: when the alarm rings */
static volatile long long alarm_ms;
static volatile sig_atomic_t armed;

static void set_alarm(long long ms)
{
	struct itimerval timer = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};

	armed = 1; /* set before the timer, which may expire at once */
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void answer_late(const struct exchange *x)
{
	struct reply late = {.result = RESULT_UNAVAILABLE,
			     .allow_origin = x->reply.allow_origin,
			     .vary_origin = x->reply.vary_origin};
	struct reply_bytes answer;

	reply_render(&late, &answer);
	ssize_t ignored = writev(x->fd,
				 (struct iovec[]){{answer.head, answer.head_len},
						  {(char *)(size_t)answer.body, answer.body_len}},
				 2);
	(void)ignored;
}

static void expire(int signal)
{
	long long left_ms;

	(void)signal;
	armed = 0;
	if (due == NEVER)
		return;
	left_ms = due == 0 ? 0 : due - clock_ms();
	if (left_ms > 0) {
		alarm_ms = due;
		set_alarm(left_ms);
		return;
	}
	for (const struct exchange *x = in_hand->first; x != NULL; x = x->next)
		if (!x->replied)
			answer_late(x);
	log_event("deadline passed", NULL);
	_exit(1);
}

void deadline_prepare(const struct hand *h)
{
	sigset_t alarm_alone;

	in_hand = h;
	due = NEVER;
	signal(SIGALRM, expire);
	/* A parent process may have blocked the signal, and the mask is inherited. */
	sigemptyset(&alarm_alone);
	sigaddset(&alarm_alone, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm_alone, NULL);
}

/* An alarm that is set stays set: to set and clear it at every step would cost a busy worker
 * thousands of system calls a second. If it rings too early for the present step, the handler sets
 * it again. */
void deadline_watch(long long due_ms)
{
	due = due_ms;
	if (armed && (due_ms == 0 || alarm_ms <= due_ms))
		return;
	long long left_ms = due_ms == 0 ? DEADLINE_MS : due_ms - clock_ms();
	alarm_ms = due_ms;
	set_alarm(left_ms > 0 ? left_ms : 1);
}

void deadline_stop(void)
{
	due = NEVER;
}
