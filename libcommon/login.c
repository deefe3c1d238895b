#include "login.h"
#include "password.h"
#include "redis.h"
#include "regulation.h"
#include "request.h"
#include "service.h"
#include "slots.h"

#include <errno.h>
#include <string.h>

/* The words that fail2ban's filters look for. A fault of ours is not logged under them: nobody is to be banned because
 * Redis is down. */
static const char failure[] = "authentication failure";

/* An attempt on its way. */
struct attempt {
	const char *username, *password;
	struct regulation regulation;
	long long now;         /* by Redis's clock */
	enum result old_found; /* RESULT_OK: the password is a live ticket … */
	struct session old;    /* … of this session */
	bool known;            /* user is that of username */
	struct user user;
	struct session *made; /* out */
	char *ticket;         /* out */
};

/* One round trip before any password is looked at: can Redis write, what time is it, may this
 * attempt go on, and is the password a ticket? The file is read while Redis works. */
static enum result consult(struct service *s, struct reply *rep, struct attempt *a)
{
	bool maybe_ticket = session_is_ticket(a->password);

	redis_probe(s->redis);
	session_ask_time(s->redis);
	regulation_ask(&a->regulation, s->redis);
	if (maybe_ticket)
		session_ask(s->redis, a->password, &a->old);
	bool sent = redis_send(s->redis);
	service_refresh(s, SERVICE_USERS);

	if (!sent || !redis_done(s->redis) || session_answer_time(s->redis, &a->now) != RESULT_OK)
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	enum result result = regulation_answer(&a->regulation, s->redis);
	a->old_found = maybe_ticket ? session_answer(s->redis, &a->old) : RESULT_UNAUTHENTICATED;
	if (result == RESULT_UNAVAILABLE || a->old_found == RESULT_UNAVAILABLE)
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	if (a->old_found == RESULT_INTERNAL)
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	if (result == RESULT_TOO_MANY) {
		rep->retry_after_s = regulation_wait_s(&a->regulation, s->redis);
		if (rep->retry_after_s == 0)
			return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
		rep->event = failure;
		return reply_refuse(rep, result, regulation_broken(&a->regulation));
	}
	if (!s->users_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "users.json has no good version");
	return RESULT_OK;
}

/* Counts the failure and says no: the same bytes whatever the reason. */
static enum result fail(struct service *s, struct reply *rep, const struct attempt *a,
			const char *why)
{
	if (regulation_count(&a->regulation, s->redis) != RESULT_OK)
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	rep->event = failure;
	return reply_refuse(rep, RESULT_UNAUTHENTICATED, why);
}

static bool is_renewal(const struct attempt *a)
{
	return a->old_found == RESULT_OK && strcmp(a->old.username, a->username) == 0 && a->known &&
	       !a->user.disabled && session_fits(&a->old, a->password, a->user.password);
}

static enum result renew(struct service *s, struct reply *rep, const struct attempt *a)
{
	switch (session_renew(s->redis, s->config, a->now, a->user.password, &a->old, a->made,
			      a->ticket)) {
	case RESULT_OK:
		rep->event = "renewal";
		return RESULT_OK;
	case RESULT_UNAUTHENTICATED:
		return fail(s, rep, a,
			    "the ticket was ended meanwhile or cannot be renewed any more");
	case RESULT_INTERNAL:
		return reply_refuse(rep, RESULT_INTERNAL, "no random bytes or no memory");
	default:
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	}
}

static enum result log_in(struct service *s, struct reply *rep, const struct attempt *a)
{
	bool disabled = a->known && a->user.disabled;
	const char *why;
	/* A disabled user costs what an unknown one costs, so nobody learns whether the password was right. */
	enum result result = password_verify(a->known && !disabled ? a->user.password : NULL,
					     users_work_like(&s->users), a->password, &why);

	if (result == RESULT_UNAVAILABLE)
		return reply_refuse(rep, result, "no memory for the password hash");
	if (result != RESULT_OK)
		return fail(s, rep, a, disabled ? "the user is disabled" : why);

	memcpy(a->made->username, a->username, strlen(a->username) + 1);
	if (!session_ask_create(s->redis, s->config, a->now, a->user.password, a->made, a->ticket))
		return reply_refuse(rep, RESULT_INTERNAL, "no random bytes or no memory");
	regulation_clear(&a->regulation, s->redis);
	if (!redis_send(s->redis) || session_answer_create(s->redis) != RESULT_OK ||
	    !redis_done(s->redis))
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	rep->event = "login";
	return RESULT_OK;
}

/* With a hashing slot taken. Failures are counted before the slot is given back: so as many guesses
 * as there are slots can pass the limit, and no more. */
static enum result decide(struct service *s, struct reply *rep, struct attempt *a)
{
	enum result result = consult(s, rep, a);

	if (result != RESULT_OK)
		return result;
	errno = 0;
	a->known = users_find(&s->users, a->username, &a->user);
	if (!a->known && errno == ENOMEM) /* or he would be unknown, and that counted */
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	return is_renewal(a) ? renew(s, rep, a) : log_in(s, rep, a);
}

static enum result attempt(struct service *s, struct reply *rep, struct attempt *a)
{
	struct slot slot;
	enum slots_result taken = slots_try(&slot);

	if (taken == SLOTS_NONE) {
		/* Who has to wait asks Redis before, so that an outage or a regulated user does not
		 * wait in a queue to hear of it. */
		enum result result = consult(s, rep, a);
		if (result != RESULT_OK)
			return result;
		taken = slots_wait(&slot);
	}
	if (taken == SLOTS_FAILED)
		return reply_refuse(rep, RESULT_UNAVAILABLE,
				    "no System V semaphores for hashing slots");
	enum result result = decide(s, rep, a);
	slots_release(&slot);
	return result;
}

enum result login(struct service *s, struct reply *rep, const char *address, const char *username,
		  const char *password, struct session *made,
		  char ticket[static CRYPTO_TICKET_LEN + 1])
{
	struct attempt a;

	a.username = username;
	a.password = password;
	a.made = made;
	a.ticket = ticket;
	regulation_begin(&a.regulation, s->config, username, address);
	enum result result = attempt(s, rep, &a);
	crypto_wipe(a.user.password, sizeof a.user.password);
	return result;
}
