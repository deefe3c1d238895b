/* login: from a name and a password to a session, past the brake on guessing and through a hashing slot. */
#ifndef SSA_LOGIN_H
#define SSA_LOGIN_H

#include "core/crypto.h"
#include "core/result.h"

struct reply;
struct service;
struct session;

/* Logs in, or renews where the password is a live ticket of the same user. The attempt is counted
 * before the password is looked at, see regulation.h.
 *
 * RESULT_OK: *made is the new session, `ticket` its ticket (wipe nothing: it is the reply). Otherwise the reply is
 * refused with the reason: RESULT_UNAUTHENTICATED: a wrong password, an unknown or a disabled user, alike in what they
 * cost and count. RESULT_TOO_MANY: regulated, rep->retry_after_s is set. RESULT_UNAVAILABLE: Redis failed, or there is no
 * memory for the hash. RESULT_INTERNAL: users.json has no good version, or no random bytes. */
enum result login(struct service *s, struct reply *rep, const char *address, const char *username,
		  const char *password, struct session *made,
		  char ticket[static CRYPTO_TICKET_LEN + 1]);

#endif
