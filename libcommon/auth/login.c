#include "auth/login.h"
#include "auth/password.h"
#include "auth/service.h"
#include "auth/slots.h"
#include "core/reply.h"
#include "redis/fence.h"
#include "redis/redis.h"
#include "store/regulation.h"
#include "store/session.h"

#include <string.h>

/* The words that fail2ban's filters look for. A fault of ours is not logged with these words, so
 * that no client is banned because Redis is down. */
static const char failure[] = "authentication failure";

/* The state of one attempt. */
struct attempt {
	const char *username, *password;
	struct regulation regulation;
	long long now;         /* by Redis's clock */
	enum result old_found; /* RESULT_OK: the password is a live ticket … */
	struct session old;    /* … and this is its session */
	bool known;            /* users.json has the username, and `user` is its record */
	struct user user;
	struct session *made; /* out */
	char *ticket;         /* out */
};

static enum result redis_failed(struct service *s, struct reply *rep)
{
	return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
}

/* One round trip before the password is looked at. It asks four questions: can Redis write, what
 * time is it, may this attempt go on, and is the password a ticket? If `count` is true, it also
 * counts the attempt. users.json is read while Redis works. */
static enum result consult(struct service *s, struct reply *rep, struct attempt *a, bool count)
{
	bool maybe_ticket = session_is_ticket(a->password);

	fence_probe(s->redis, keys_tag_of(a->regulation.rule[0].key));
	redis_ask_time(s->redis);
	if (count)
		regulation_ask_counted(&a->regulation, s->redis);
	else
		regulation_ask(&a->regulation, s->redis);
	if (maybe_ticket)
		session_ask(s->redis, a->password, &a->old);
	bool sent = redis_send(s->redis);
	service_refresh(s, SERVICE_USERS);

	if (!sent || !redis_done(s->redis, 1) || !redis_time(s->redis, &a->now))
		return redis_failed(s, rep);
	enum result result = regulation_answer(&a->regulation, s->redis);
	a->old_found = maybe_ticket ? session_answer(s->redis, &a->old) : RESULT_UNAUTHENTICATED;
	if (result == RESULT_UNAVAILABLE || a->old_found == RESULT_UNAVAILABLE)
		return redis_failed(s, rep);
	if (result == RESULT_TOO_MANY) {
		rep->retry_after_s = regulation_refuse(&a->regulation, s->redis);
		if (rep->retry_after_s == 0)
			return redis_failed(s, rep);
		rep->event = failure;
		return reply_refuse(rep, result, regulation_broken(&a->regulation));
	}
	if (a->old_found == RESULT_INTERNAL)
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	if (!s->users_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "users.json has no good version");
	return RESULT_OK;
}

/* Refuses the login. The reply has the same bytes for every reason. The attempt stays counted. */
static enum result fail(struct reply *rep, const char *why)
{
	rep->event = failure;
	return reply_refuse(rep, RESULT_UNAUTHENTICATED, why);
}

/* Sends what is queued, and takes the first replies, which only have to be no errors. */
static bool send_and_take(struct service *s, unsigned replies)
{
	return redis_send(s->redis) && redis_done(s->redis, replies);
}

/* Takes the attempt back after a fault of ours, which must not count against the client. This is
 * best effort: an attempt that cannot be taken back counts until its window ends. */
static void take_back(struct service *s, const struct attempt *a)
{
	unsigned replies = regulation_take_back(&a->regulation, s->redis);

	if (replies > 0)
		send_and_take(s, replies);
}

/* True if the password is a live ticket of this user. */
static bool is_ticket_of_user(const struct attempt *a)
{
	return a->old_found == RESULT_OK && strcmp(a->old.username, a->username) == 0;
}

static bool may_renew(const struct attempt *a)
{
	return a->known && !a->user.disabled &&
	       session_fits(&a->old, a->password, a->user.password);
}

static enum result renew(struct service *s, struct reply *rep, const struct attempt *a)
{
	/* This comes before the new session, whose replies must be the last of the batch. */
	unsigned replies = regulation_take_back(&a->regulation, s->redis);
	enum result result = session_ask_renew(s->redis, s->config, a->now, a->user.password,
					       &a->old, a->made, a->ticket);

	if (result != RESULT_OK)
		redis_drop(s->redis);
	if (result == RESULT_UNAUTHENTICATED)
		return fail(rep, "the ticket cannot be renewed any more");
	if (result != RESULT_OK)
		return reply_refuse(rep, result, "no random bytes or no memory");
	if (!send_and_take(s, replies))
		return redis_failed(s, rep);
	switch (session_answer_renew(s->redis, &a->old, a->made)) {
	case RESULT_OK:
		rep->event = "renewal";
		return RESULT_OK;
	case RESULT_UNAUTHENTICATED:
		return fail(rep, "the ticket was ended meanwhile");
	case RESULT_UNAVAILABLE:
		return redis_failed(s, rep);
	default:
		return reply_refuse(rep, RESULT_INTERNAL, "the user's index is not ours");
	}
}

/* Makes the session, after the password was found right. */
static enum result open_session(struct service *s, struct reply *rep, const struct attempt *a)
{
	unsigned replies;

	memcpy(a->made->username, a->username, strlen(a->username) + 1);
	/* This comes before the new session, whose replies must be the last of the batch. */
	replies = regulation_succeed(&a->regulation, s->redis);
	enum result result =
	    session_ask_create(s->redis, s->config, a->now, a->user.password, a->made, a->ticket);
	if (result != RESULT_OK) {
		redis_drop(s->redis);
		return reply_refuse(rep, result, "no random bytes or no memory");
	}
	if (!send_and_take(s, replies))
		return redis_failed(s, rep);
	result = session_answer_create(s->redis, a->made);
	if (result == RESULT_UNAVAILABLE)
		return redis_failed(s, rep);
	if (result != RESULT_OK)
		return reply_refuse(rep, result, "the user's index is not ours");
	rep->event = "login";
	return RESULT_OK;
}

static enum result log_in(struct service *s, struct reply *rep, const struct attempt *a)
{
	bool disabled = a->known && a->user.disabled;
	const char *why;
	/* A disabled user takes the same path as an unknown user, so that the time does not tell
	 * whether the password was right. */
	enum result result = password_verify(a->known && !disabled ? a->user.password : NULL,
					     users_work_like(&s->users), a->password, &why);

	if (result == RESULT_UNAVAILABLE) {
		take_back(s, a);
		return reply_refuse(rep, result, "no memory for the password hash");
	}
	if (result != RESULT_OK)
		return fail(rep, disabled ? "the user is disabled" : why);
	return open_session(s, rep, a);
}

/* Decides about an attempt that has been counted. */
static enum result decide(struct service *s, struct reply *rep, struct attempt *a)
{
	switch (users_find(&s->users, a->username, &a->user)) {
	case USERS_FOUND:
		a->known = true;
		break;
	case USERS_UNKNOWN:
		a->known = false;
		break;
	case USERS_NO_MEMORY: /* not the client's failure, as an unknown user would be */
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	}
	if (is_ticket_of_user(a)) {
		if (may_renew(a))
			return renew(s, rep, a);
		/* Any request with this ticket would also end its session (see authenticate). */
		session_end(s->redis, &a->old);
	}
	return log_in(s, rep, a);
}

/* The caller holds a hashing slot. So at any time at most as many attempts are counted and not yet
 * decided as there are slots. */
static enum result try_password(struct service *s, struct reply *rep, struct attempt *a)
{
	enum result result = consult(s, rep, a, true);

	if (result == RESULT_OK)
		result = decide(s, rep, a);
	if (result == RESULT_INTERNAL)
		take_back(s, a);
	return result;
}

static enum result attempt(struct service *s, struct reply *rep, struct attempt *a)
{
	struct slot slot;
	enum slots_result taken = slots_try(&slot);

	if (taken == SLOTS_NONE) {
		/* An attempt that has to wait asks Redis first. So a client does not wait in the
		 * queue only to learn that Redis is down or that the limits refuse the attempt. */
		enum result result = consult(s, rep, a, false);
		if (result != RESULT_OK)
			return result;
		taken = slots_wait(&slot);
	}
	if (taken == SLOTS_FAILED)
		return reply_refuse(rep, RESULT_UNAVAILABLE,
				    "no System V semaphores for hashing slots");
	enum result result = try_password(s, rep, a);
	slots_release(&slot);
	return result;
}

enum result login(struct service *s, struct reply *rep, const char *address, const char *username,
		  const char *password, struct session *made,
		  char ticket[static SESSION_TICKET_LEN + 1])
{
	struct attempt a;

	a.username = username;
	a.password = password;
	a.made = made;
	a.ticket = ticket;
	if (!regulation_begin(&a.regulation, s->config, username, address))
		return reply_refuse(rep, RESULT_INTERNAL, "no random bytes");
	enum result result = attempt(s, rep, &a);
	crypto_wipe(a.user.password, sizeof a.user.password);
	return result;
}
