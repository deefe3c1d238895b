#include "auth/login.h"
#include "auth/password.h"
#include "auth/slots.h"
#include "redis/redis.h"
#include "store/readiness.h"
#include "store/regulation.h"

#include <stdio.h>
#include <string.h>

/* The state of one attempt. */
struct attempt {
	struct realm *realm;
	struct redis *redis; /* the realm's */
	struct login *login;
	const struct slots *slots; /* what hashes may use */
	struct regulation regulation;
	bool counted;       /* the commands that count it were sent */
	long long now_us;   /* by Redis's clock */
	struct session old; /* if the password is a live ticket, old.found is RESULT_OK */
	bool known;         /* users.json has the username, and `user` is its record */
	struct user user;
};

static const struct outcome passed = {.result = RESULT_OK};

/* The sentence is copied, because an attempt that is taken back uses Redis once more. */
static struct outcome store_failed(struct attempt *a, enum result result)
{
	snprintf(a->login->fault, sizeof a->login->fault, "%s", redis_error(a->redis));
	return outcome_refused(result, a->login->fault);
}

/* The client's own failure: the attempt stays counted. The event has the words that fail2ban's
 * filters look for. A fault of ours is not logged with these words, so that no client is banned
 * because Redis is down. */
static struct outcome failure(enum result result, const char *why)
{
	return (struct outcome){.result = result, .reason = why, .event = "authentication failure"};
}

static struct outcome too_many(struct attempt *a)
{
	struct outcome o = failure(RESULT_TOO_MANY, regulation_broken(&a->regulation));

	o.retry_after_s = regulation_refuse(&a->regulation, a->redis);
	return o.retry_after_s > 0 ? o : store_failed(a, RESULT_UNAVAILABLE);
}

/* One round trip before the password is looked at. It asks four questions: can Redis write, what
 * time is it, may this attempt go on, and is the password a ticket? If `count` is true, it also
 * counts the attempt. users.json is read while Redis works. */
static struct outcome consult(struct attempt *a, bool count)
{
	readiness_ask_write(a->redis, store_key_tag(a->regulation.rule[0].key));
	redis_ask_time(a->redis, &a->now_us);
	regulation_ask(&a->regulation, a->redis, count);
	a->old.found = RESULT_UNAUTHENTICATED;
	if (session_is_ticket(a->login->password))
		session_ask(a->redis, a->login->password, &a->old);
	a->counted = redis_send(a->redis) && count;
	realm_refresh(a->realm);

	if (!redis_finish(a->redis))
		return store_failed(a, RESULT_UNAVAILABLE);
	if (regulation_broken(&a->regulation) != NULL)
		return too_many(a);
	if (!redis_replicated(a->redis))
		return store_failed(a, RESULT_UNAVAILABLE);
	if (a->old.found == RESULT_INTERNAL)
		return outcome_refused(RESULT_INTERNAL, "out of memory");
	if (!a->realm->users_usable)
		return outcome_refused(RESULT_INTERNAL, "users.json has no good version");
	return passed;
}

/* Takes the attempt back after a fault of ours, which must not count against the client. This is
 * best effort: an attempt that cannot be taken back counts until its window ends. */
static void take_back(struct attempt *a)
{
	regulation_take_back(&a->regulation, a->redis);
	redis_run(a->redis);
}

/* True if the password is a live ticket of this user. */
static bool is_ticket_of_user(const struct attempt *a)
{
	return a->old.found == RESULT_OK && strcmp(a->old.username, a->login->username) == 0;
}

static bool may_renew(const struct attempt *a)
{
	return a->known && !a->user.disabled &&
	       session_fits(&a->old, a->login->password, a->user.password);
}

/* What became of the new session. RESULT_UNAUTHENTICATED: the old one cannot be renewed any more.
 */
static struct outcome conclude(struct attempt *a, enum result result, const char *event)
{
	if (result == RESULT_OK)
		return (struct outcome){.result = RESULT_OK, .event = event};
	return result == RESULT_UNAUTHENTICATED ? failure(result, redis_error(a->redis))
						: store_failed(a, result);
}

static struct outcome renew(struct attempt *a)
{
	struct login *l = a->login;

	regulation_take_back(&a->regulation, a->redis);
	return conclude(a,
			session_renew(a->redis, a->realm->config, a->now_us, a->user.password,
				      &a->old, &l->session, l->ticket),
			"renewal");
}

/* Makes the session, after the password was found right. */
static struct outcome open_session(struct attempt *a)
{
	struct login *l = a->login;

	memcpy(l->session.username, l->username, strlen(l->username) + 1);
	regulation_succeed(&a->regulation, a->redis);
	return conclude(a,
			session_create(a->redis, a->realm->config, a->now_us, a->user.password,
				       &l->session, l->ticket),
			"login");
}

static struct outcome check_password(struct attempt *a)
{
	bool disabled = a->known && a->user.disabled;
	/* A disabled user takes the same path as an unknown user, so that the time does not tell
	 * whether the password was right. */
	const char *stored = a->known && !disabled ? a->user.password : NULL;
	const char *work_like = users_work_like(&a->realm->users), *why;
	unsigned long kib = password_kib(stored, work_like);
	struct slot memory;

	/* Before it is begun, because the kernel kills who takes too much. */
	if (slots_take_memory(a->slots, kib, &memory) != SLOTS_TAKEN) {
		why = slots_fault(a->slots, kib, a->login->fault);
		return outcome_refused(RESULT_UNAVAILABLE,
				       why != NULL ? why : "no memory for the password hash");
	}
	enum result result = password_verify(stored, work_like, a->login->password, &why);
	slots_release(&memory);
	if (result == RESULT_UNAVAILABLE)
		return outcome_refused(result, "no memory for the password hash");
	if (result != RESULT_OK)
		return failure(result, disabled ? "the user is disabled" : why);
	return open_session(a);
}

/* Decides about an attempt that has been counted. */
static struct outcome decide(struct attempt *a)
{
	enum users_found found = users_find(&a->realm->users, a->login->username, &a->user);

	if (found == USERS_NO_MEMORY) /* not the client's failure, as an unknown user would be */
		return outcome_refused(RESULT_INTERNAL, "out of memory");
	a->known = found == USERS_FOUND;
	if (is_ticket_of_user(a)) {
		if (may_renew(a))
			return renew(a);
		/* Any request with this ticket would also end its session (see authenticate). */
		session_end(a->redis, &a->old);
	}
	return check_password(a);
}

/* The caller holds a hashing slot. So at any time at most as many attempts are counted and not yet
 * decided as there are slots. */
static struct outcome try_password(struct attempt *a)
{
	struct outcome o = consult(a, true);

	if (o.result == RESULT_OK)
		o = decide(a);
	if (a->counted && (o.result == RESULT_INTERNAL || o.result == RESULT_UNAVAILABLE))
		take_back(a);
	return o;
}

static struct outcome wait_and_try(struct attempt *a)
{
	struct slot slot;
	enum slots_result taken = slots_try(a->slots, &slot);

	if (taken == SLOTS_NONE) {
		/* An attempt that has to wait asks Redis first. So a client does not wait in the
		 * queue only to learn that Redis or its replicas are down, or that the limits
		 * refuse the attempt. */
		struct outcome o = consult(a, false);
		if (o.result != RESULT_OK)
			return o;
		taken = slots_wait(a->slots, &slot);
	}
	if (taken == SLOTS_FAILED)
		return outcome_refused(RESULT_UNAVAILABLE,
				       "no System V semaphores for hashing slots");
	struct outcome o = try_password(a);
	slots_release(&slot);
	return o;
}

struct outcome login(struct realm *realm, struct login *l)
{
	struct attempt a;

	a.realm = realm;
	a.redis = realm->redis;
	a.login = l;
	slots_measure_again(&realm->slots, realm->config->hashes);
	a.slots = &realm->slots;
	if (!regulation_begin(&a.regulation, realm->config, l->username, l->address))
		return outcome_refused(RESULT_INTERNAL, "no random bytes");
	struct outcome o = wait_and_try(&a);
	crypto_wipe(a.user.password, sizeof a.user.password);
	return o;
}
