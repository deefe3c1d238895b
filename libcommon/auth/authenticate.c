#include "auth/authenticate.h"
#include "redis/redis.h"

#include <string.h>
#include <time.h>

struct outcome authenticate_ask(struct realm *realm, struct caller *caller)
{
	if (caller->ticket == NULL)
		return outcome_refused(RESULT_UNAUTHENTICATED, "no ticket");
	caller->has_token = tokens_is_token(caller->ticket);
	if (caller->has_token) {
		caller->session.found = RESULT_OK;
		caller->session.username[0] = caller->token.name[0] = '\0';
		return (struct outcome){.result = RESULT_OK};
	}
	if (!session_is_ticket(caller->ticket))
		return outcome_refused(RESULT_UNAUTHENTICATED, "malformed ticket");
	session_ask(realm->redis, caller->ticket, &caller->session);
	return (struct outcome){.result = RESULT_OK};
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

/* users.json has no such record, or nobody could look. */
static struct outcome absent(enum users_found found, const char *why)
{
	return found == USERS_NO_MEMORY ? outcome_refused(RESULT_INTERNAL, "out of memory")
					: outcome_refused(RESULT_UNAUTHENTICATED, why);
}

/* Finds the session's user. */
static struct outcome find_user(struct realm *realm, struct caller *caller)
{
	struct user *user = &caller->user;

	enum users_found found = users_find(&realm->users, caller->session.username, user);

	if (found != USERS_FOUND)
		return absent(found, "the user is gone");
	bool fits = session_fits(&caller->session, caller->ticket, user->password);
	crypto_wipe(user->password, sizeof user->password);
	if (user->disabled)
		return outcome_refused(RESULT_UNAUTHENTICATED, "the user is disabled");
	if (!fits)
		return outcome_refused(RESULT_UNAUTHENTICATED, "the password was changed");
	return (struct outcome){.result = RESULT_OK};
}

/* Finds the user of an API token. */
static struct outcome check_token(struct realm *realm, struct caller *caller)
{
	struct token *token = &caller->token;

	enum users_found found = users_find_token(&realm->users, caller->ticket, token,
						  caller->session.username, &caller->user);

	if (found != USERS_FOUND)
		return absent(found, "unknown API token");
	crypto_wipe(caller->user.password, sizeof caller->user.password);
	caller->grant = (struct grant){caller->user.machines, token->machines};
	if (caller->user.disabled)
		return outcome_refused(RESULT_UNAUTHENTICATED, "the user is disabled");
	if (token->expires_at >= 0 && token->expires_at <= (long long)time(NULL))
		return outcome_refused(RESULT_UNAUTHENTICATED, "the API token has expired");
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
	if (caller->session.found != RESULT_OK)
		return not_found(realm, caller->session.found);
	if (!realm->users_usable)
		return outcome_refused(RESULT_INTERNAL, "users.json has no good version");
	if (caller->has_token)
		return check_token(realm, caller);

	struct outcome o = find_user(realm, caller);
	caller->grant = (struct grant){.of_user = caller->user.machines};
	/* The session is ended, so that it stays dead even if the user comes back unchanged. If
	 * Redis cannot write, the request is refused anyway. */
	if (o.result == RESULT_UNAUTHENTICATED)
		session_end(realm->redis, &caller->session);
	if (o.result == RESULT_OK && !csrf_fits(caller))
		return outcome_refused(RESULT_FORBIDDEN, "wrong CSRFPreventionToken");
	return o;
}
