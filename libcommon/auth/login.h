/* login: makes a session from a name and a password. It checks the limits on guessing first, and
 * hashes the password in a hashing slot. */
#ifndef SSA_LOGIN_H
#define SSA_LOGIN_H

#include "core/result.h"
#include "store/session.h"

struct reply;
struct service;

/* Logs in, or renews the session if the password is a live ticket of the same user. The attempt is
 * counted before the password is looked at (see regulation.h).
 *
 * RESULT_OK: *made is the new session and `ticket` is its ticket. (The ticket goes into the reply,
 * so there is no need to wipe it.) With any other result the request is refused, and the reason is
 * in the reply. RESULT_UNAUTHENTICATED: a wrong password, an unknown user or a disabled user; all
 * three take the same time and count the same. RESULT_TOO_MANY: the limits refuse the attempt, and
 * rep->retry_after_s is set. RESULT_UNAVAILABLE: Redis or the hashing slots failed, or there is no
 * memory for the hash. RESULT_INTERNAL: users.json has no good version, there are no random bytes
 * or no memory, or the user's index contains data that this program did not write. */
enum result login(struct service *s, struct reply *rep, const char *address, const char *username,
		  const char *password, struct session *made,
		  char ticket[static SESSION_TICKET_LEN + 1]);

#endif
