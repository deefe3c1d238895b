/* authenticate: finds out which user sends a request. The ticket leads to the session, and the
 * session leads to the user. */
#ifndef SSA_AUTHENTICATE_H
#define SSA_AUTHENTICATE_H

#include "core/result.h"
#include "data/users.h"
#include "store/session.h"

struct reply;
struct request;
struct service;

/* The sender of a request. */
struct caller {
	enum result found;      /* the result of session_answer */
	struct session session; /* valid if `found` is RESULT_OK */
	struct user user;       /* valid after authenticate, which wipes the password */
};

/* Queues the look-up of the session. A request that does not have exactly one well-formed ticket is
 * refused. RESULT_OK: the look-up is queued. RESULT_UNAUTHENTICATED: nothing is queued. */
enum result authenticate_ask(struct service *s, const struct request *q, struct reply *rep,
			     struct caller *caller);

/* Takes Redis's answer to the look-up. */
void authenticate_take(struct service *s, struct caller *caller);

/* Finds the user of the session. users.json must have been refreshed before. If the user is gone,
 * is disabled or has another password, the session is ended at once.
 *
 * RESULT_OK: caller->user is the user. RESULT_UNAUTHENTICATED: the ticket is not valid.
 * RESULT_FORBIDDEN: the CSRFPreventionToken is not the one of the session. RESULT_UNAVAILABLE or
 * RESULT_INTERNAL: Redis or users.json failed. The reason is in the reply. */
enum result authenticate(struct service *s, const struct request *q, struct reply *rep,
			 struct caller *caller);

#endif
