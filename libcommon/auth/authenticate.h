/* authenticate: who sends a request? From its ticket to the session, and to the user behind it. */
#ifndef SSA_AUTHENTICATE_H
#define SSA_AUTHENTICATE_H

#include "core/result.h"
#include "data/users.h"
#include "store/session.h"

struct reply;
struct request;
struct service;

/* Who a request comes from. */
struct caller {
	enum result found;      /* what Redis said of the session: see session_answer */
	struct session session; /* where `found` is RESULT_OK */
	struct user user;       /* after authenticate; the password is wiped */
};

/* Refuses a request without one well-formed ticket, or queues the look-up of its session.
 * RESULT_OK: it is queued; RESULT_UNAUTHENTICATED: nothing is. */
enum result authenticate_ask(struct service *s, const struct request *q, struct reply *rep,
			     struct caller *caller);

/* Takes Redis's answer. */
void authenticate_take(struct service *s, struct caller *caller);

/* Finds the session's user; users.json has been refreshed. A session whose user is gone, disabled
 * or has another password is ended on the spot.
 *
 * RESULT_OK: caller->user is the user. RESULT_UNAUTHENTICATED: the ticket opens nothing.
 * RESULT_FORBIDDEN: a CSRFPreventionToken that is not the session's. RESULT_UNAVAILABLE,
 * RESULT_INTERNAL: Redis or users.json failed. The reason is in the reply. */
enum result authenticate(struct service *s, const struct request *q, struct reply *rep,
			 struct caller *caller);

#endif
