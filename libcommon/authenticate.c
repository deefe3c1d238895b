#include "authenticate.h"
#include "redis.h"
#include "request.h"
#include "service.h"

#include <errno.h>
#include <string.h>

static const char no_memory[] = "out of memory";

enum result authenticate_ask(struct service *s, const struct request *q, struct reply *rep,
			     struct asked *asked)
{
	if (q->ticket_count != 1 || !session_is_ticket(q->ticket))
		return reply_refuse(rep, RESULT_UNAUTHENTICATED,
				    q->ticket_count == 0  ? "no ticket"
				    : q->ticket_count > 1 ? "more than one ticket"
							  : "malformed ticket");
	session_ask(s->redis, q->ticket, &asked->session);
	memcpy(rep->ticket_id, asked->session.name.digest, 8);
	return RESULT_OK;
}

void authenticate_take(struct service *s, struct asked *asked)
{
	asked->result = session_answer(s->redis, &asked->session);
}

/* Why the session's user may not go on; NULL: he may. */
static const char *objection(struct service *s, const struct request *q,
			     const struct session *session, struct user *user)
{
	errno = 0;
	if (!users_find(&s->users, session->username, user))
		return errno == ENOMEM ? no_memory : "the user is gone";
	bool fits = session_fits(session, q->ticket, user->password);
	crypto_wipe(user->password, sizeof user->password);
	if (user->disabled)
		return "the user is disabled";
	return fits ? NULL : "the password was changed";
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
			 const struct asked *asked, struct user *user)
{
	const struct session *session = &asked->session;

	if (asked->result == RESULT_UNAVAILABLE)
		return reply_refuse(rep, asked->result, redis_error(s->redis));
	if (asked->result == RESULT_INTERNAL)
		return reply_refuse(rep, asked->result, no_memory);
	if (asked->result != RESULT_OK)
		return reply_refuse(rep, asked->result, "unknown or expired ticket");
	if (!s->users_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "users.json has no good version");
	memcpy(rep->user, session->username, sizeof session->username);

	const char *why = objection(s, q, session, user);
	if (why == no_memory)
		return reply_refuse(rep, RESULT_INTERNAL, why);
	if (why != NULL) {
		/* A dead session stays dead, even if its user comes back as he was. Where Redis cannot write, it is
		 * refused all the same. */
		session_end(s->redis, session);
		return reply_refuse(rep, RESULT_UNAUTHENTICATED, why);
	}
	if (!csrf_fits(q))
		return reply_refuse(rep, RESULT_FORBIDDEN, "wrong CSRFPreventionToken");
	return RESULT_OK;
}
