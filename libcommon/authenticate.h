/* authenticate: from a request's ticket to the user behind it. */
#ifndef SSA_AUTHENTICATE_H
#define SSA_AUTHENTICATE_H

#include "result.h"

struct asked;
struct reply;
struct request;
struct service;
struct user;

/* Refuses a request without one well-formed ticket, or queues the look-up of its session. RESULT_OK: it is queued;
 * RESULT_UNAUTHENTICATED: nothing is. */
enum result authenticate_ask(struct service *s, const struct request *q, struct reply *rep,
			     struct asked *asked);

/* Takes Redis's answer. */
void authenticate_take(struct service *s, struct asked *asked);

/* Finds the session's user; users.json has been refreshed. A session whose user is gone, disabled or has another
 * password is ended on the spot.
 *
 * RESULT_OK: *user is the caller. RESULT_UNAUTHENTICATED: the ticket opens nothing. RESULT_FORBIDDEN: a
 * CSRFPreventionToken that is not the session's. RESULT_UNAVAILABLE, RESULT_INTERNAL: Redis or users.json failed. The
 * reason is in the reply. */
enum result authenticate(struct service *s, const struct request *q, struct reply *rep,
			 const struct asked *asked, struct user *user);

#endif
