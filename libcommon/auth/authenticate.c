#include "auth/authenticate.h"
#include "auth/service.h"
#include "core/reply.h"
#include "core/request.h"
#include "redis/redis.h"

#include <string.h>

enum result authenticate_ask(struct service *s, const struct request *q, struct reply *rep,
			     struct caller *caller)
{
	if (q->ticket_count != 1 || !session_is_ticket(q->ticket))
		return reply_refuse(rep, RESULT_UNAUTHENTICATED,
				    q->ticket_count == 0  ? "no ticket"
				    : q->ticket_count > 1 ? "more than one ticket"
							  : "malformed ticket");
	session_ask(s->redis, q->ticket, &caller->session);
	memcpy(rep->ticket_id, caller->session.name.digest, TICKET_ID_LEN);
	return RESULT_OK;
}

void authenticate_take(struct service *s, struct caller *caller)
{
	caller->found = session_answer(s->redis, &caller->session);
}

/* Finds the session's user. If the result is not RESULT_OK, *why is the reason. */
static enum result find_user(struct service *s, const struct request *q, struct caller *caller,
			     const char **why)
{
	struct user *user = &caller->user;

	switch (users_find(&s->users, caller->session.username, user)) {
	case USERS_FOUND:
		break;
	case USERS_UNKNOWN:
		*why = "the user is gone";
		return RESULT_UNAUTHENTICATED;
	case USERS_NO_MEMORY:
		*why = "out of memory";
		return RESULT_INTERNAL;
	}
	bool fits = session_fits(&caller->session, q->ticket, user->password);
	crypto_wipe(user->password, sizeof user->password);
	*why = user->disabled ? "the user is disabled" : "the password was changed";
	return fits && !user->disabled ? RESULT_OK : RESULT_UNAUTHENTICATED;
}

static bool csrf_fits(const struct request *q)
{
	char token[CRYPTO_DIGEST_LEN + 1];

	if (q->csrf_count == 0)
		return true;
	session_csrf(token, q->ticket);
	return q->csrf_count == 1 && strlen(q->csrf_token) == CRYPTO_DIGEST_LEN &&
	       crypto_equal(q->csrf_token, token, CRYPTO_DIGEST_LEN);
}

enum result authenticate(struct service *s, const struct request *q, struct reply *rep,
			 struct caller *caller)
{
	const struct session *session = &caller->session;
	const char *why;

	if (caller->found != RESULT_OK)
		return reply_refuse(rep, caller->found,
				    caller->found == RESULT_UNAVAILABLE ? redis_error(s->redis)
				    : caller->found == RESULT_INTERNAL
					? "out of memory"
					: "unknown or expired ticket");
	if (!s->users_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "users.json has no good version");
	memcpy(rep->user, session->username, sizeof session->username);

	enum result result = find_user(s, q, caller, &why);
	/* The session is ended, so that it stays dead even if the user comes back unchanged. If
	 * Redis cannot write, the request is refused anyway. */
	if (result == RESULT_UNAUTHENTICATED)
		session_end(s->redis, session);
	if (result != RESULT_OK)
		return reply_refuse(rep, result, why);
	if (!csrf_fits(q))
		return reply_refuse(rep, RESULT_FORBIDDEN, "wrong CSRFPreventionToken");
	return RESULT_OK;
}
