/* authenticate: finds out which user sends a request. A ticket leads to the session, and the
 * session leads to the user. An API token leads to the user in the file, without Redis. */
#ifndef SSA_AUTHENTICATE_H
#define SSA_AUTHENTICATE_H

#include "auth/outcome.h"
#include "auth/realm.h"
#include "data/machines.h"
#include "data/users.h"
#include "store/session.h"

/* The sender of a request. */
struct caller {
	const char *ticket;     /* in: a ticket or an API token; NULL: none was sent */
	const char *csrf_token; /* in; NULL: none was sent */
	bool has_token;         /* it is an API token */
	struct session session; /* of a token only the username */
	struct token token;     /* if has_token, valid after authenticate; its name may be "" */
	struct user user;       /* valid after authenticate, which wipes the password */
	struct grant grant;     /* likewise: the machines that the caller may see */
};

/* Queues the look-up of the session. RESULT_OK: it is queued, and session.name.digest is known; or
 * it is a token, and nothing is queued. RESULT_UNAUTHENTICATED: there is no well-formed ticket or
 * token, and nothing is queued. */
struct outcome authenticate_ask(struct realm *realm, struct caller *caller);

/* Finds the user of the session, when the look-up has run and users.json was refreshed. If the user
 * is gone, is disabled or has another password, the session is ended at once.
 *
 * RESULT_OK: caller->user is the user. RESULT_UNAUTHENTICATED: the ticket is not valid.
 * RESULT_FORBIDDEN: the CSRFPreventionToken is not the one of the session. RESULT_UNAVAILABLE or
 * RESULT_INTERNAL: Redis or users.json failed. */
struct outcome authenticate(struct realm *realm, struct caller *caller);

#endif
