#include "auth/authenticate.h"
#include "redis/redis.h"

#include <string.h>

struct outcome authenticate_ask(struct realm *realm, struct caller *caller)
{
	if (caller->ticket == NULL)
		return outcome_refused(RESULT_UNAUTHENTICATED, "no ticket");
	if (!session_is_ticket(caller->ticket))
		return outcome_refused(RESULT_UNAUTHENTICATED, "malformed ticket");
	session_ask(realm->redis, caller->ticket, &caller->session);
	return (struct outcome){.result = RESULT_OK};
}

void authenticate_take(struct realm *realm, struct caller *caller)
{
	caller->found = session_answer(realm->redis, &caller->session);
}

static struct outcome not_found(const struct realm *realm, enum result found)
{
	switch (found) {
	case RESULT_UNAVAILABLE:
		return outcome_refused(found, redis_error(realm->redis));
	case RESULT_INTERNAL:
		return outcome_refused(found, "out of memory");
	default:
		return outcome_refused(found, "unknown or expired ticket");
	}
}

/* Finds the session's user. */
static struct outcome find_user(struct realm *realm, struct caller *caller)
{
	struct user *user = &caller->user;

	switch (users_find(&realm->users, caller->session.username, user)) {
	case USERS_FOUND:
		break;
	case USERS_UNKNOWN:
		return outcome_refused(RESULT_UNAUTHENTICATED, "the user is gone");
	case USERS_NO_MEMORY:
		return outcome_refused(RESULT_INTERNAL, "out of memory");
	}
	bool fits = session_fits(&caller->session, caller->ticket, user->password);
	crypto_wipe(user->password, sizeof user->password);
	if (user->disabled)
		return outcome_refused(RESULT_UNAUTHENTICATED, "the user is disabled");
	if (!fits)
		return outcome_refused(RESULT_UNAUTHENTICATED, "the password was changed");
	return (struct outcome){.result = RESULT_OK};
}

static bool csrf_fits(const struct caller *caller)
{
	char token[CRYPTO_DIGEST_LEN + 1];

	if (caller->csrf_token == NULL)
		return true;
	session_csrf(token, caller->ticket);
	return strlen(caller->csrf_token) == CRYPTO_DIGEST_LEN &&
	       crypto_equal(caller->csrf_token, token, CRYPTO_DIGEST_LEN);
}

struct outcome authenticate(struct realm *realm, struct caller *caller)
{
	if (caller->found != RESULT_OK)
		return not_found(realm, caller->found);
	if (!realm->users_usable)
		return outcome_refused(RESULT_INTERNAL, "users.json has no good version");

	struct outcome o = find_user(realm, caller);
	/* The session is ended, so that it stays dead even if the user comes back unchanged. If
	 * Redis cannot write, the request is refused anyway. */
	if (o.result == RESULT_UNAUTHENTICATED)
		session_end(realm->redis, &caller->session);
	if (o.result == RESULT_OK && !csrf_fits(caller))
		return outcome_refused(RESULT_FORBIDDEN, "wrong CSRFPreventionToken");
	return o;
}
