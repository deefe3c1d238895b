#include "authenticate.h"
#include "redis.h"
#include "request.h"
#include "service.h"

#include <errno.h>
#include <string.h>

static const char no_memory[] = "out of memory";

/* Why the session's user may not go on; NULL: he may. */
static const char *objection(struct service *s, const struct request *q, struct caller *who)
{
	errno = 0;
	if (!users_find(&s->users, who->session.username, &who->user))
		return errno == ENOMEM ? no_memory : "the user is gone";
	bool fits = session_fits(&who->session, q->ticket, who->user.password);
	crypto_wipe(who->user.password, sizeof who->user.password);
	if (who->user.disabled)
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
			 struct caller *who)
{
	if (q->ticket_count != 1 || !session_is_ticket(q->ticket))
		return reply_refuse(rep, RESULT_UNAUTHENTICATED,
				    q->ticket_count == 0  ? "no ticket"
				    : q->ticket_count > 1 ? "more than one ticket"
							  : "malformed ticket");
	session_ask(s->redis, q->ticket, &who->session);
	memcpy(rep->ticket_id, who->session.digest, 8);
	if (!redis_send(s->redis))
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	/* The file is read while Redis works. */
	bool usable = users_refresh(&s->users);
	enum result found = session_answer(s->redis, &who->session);

	if (found == RESULT_UNAVAILABLE)
		return reply_refuse(rep, found, redis_error(s->redis));
	if (found != RESULT_OK)
		return reply_refuse(rep, found, "unknown or expired ticket");
	if (!usable)
		return reply_refuse(rep, RESULT_INTERNAL, "users.json has no good version");
	memcpy(rep->user, who->session.username, sizeof who->session.username);

	const char *why = objection(s, q, who);
	if (why == no_memory)
		return reply_refuse(rep, RESULT_INTERNAL, why);
	if (why != NULL) {
		/* A dead session stays dead, even if its user comes back as he was. Where Redis
		 * cannot write, it is refused all the same. */
		session_end(s->redis, &who->session);
		return reply_refuse(rep, RESULT_UNAUTHENTICATED, why);
	}
	if (!csrf_fits(q))
		return reply_refuse(rep, RESULT_FORBIDDEN, "wrong CSRFPreventionToken");
	return RESULT_OK;
}
