/* authenticate: from a request's ticket to the user behind it. */
#ifndef SSA_AUTHENTICATE_H
#define SSA_AUTHENTICATE_H

#include "result.h"
#include "session.h"
#include "users.h"

struct service;
struct request;
struct reply;

struct caller {
	struct session session;
	struct user user;
};

/* Finds the session of the request's one well-formed ticket, and its user. A session whose user is
 * gone, disabled or has another password is ended on the spot.
 *
 * RESULT_OK: *who is the caller; his file is fresh. RESULT_UNAUTHENTICATED: the ticket opens
 * nothing. RESULT_FORBIDDEN: a CSRFPreventionToken that is not the session's. RESULT_UNAVAILABLE,
 * RESULT_INTERNAL: Redis or users.json failed. The reason is in the reply. */
enum result authenticate(struct service *s, const struct request *q, struct reply *rep,
			 struct caller *who);

#endif
