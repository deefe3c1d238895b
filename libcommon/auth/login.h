/* login: makes a session from a name and a password. It checks the limits on guessing first, and
 * hashes the password in a hashing slot. */
#ifndef SSA_LOGIN_H
#define SSA_LOGIN_H

#include "auth/outcome.h"
#include "auth/realm.h"
#include "store/session.h"

struct login {
	const char *address, *username, *password;
	/* If the outcome is RESULT_OK, the new session and its ticket, which goes into the reply,
	 * so there is no need to wipe it. */
	struct session session;
	char ticket[SESSION_TICKET_LEN + 1];
	char fault[160]; /* what Redis said, if it is a reason */
};

/* Logs in, or renews the session if the password is a live ticket of the same user. The attempt is
 * counted before the password is looked at (see regulation.h).
 *
 * RESULT_OK: there is a new session. RESULT_UNAUTHENTICATED: a wrong password, an unknown user or
 * a disabled user; all three take the same time and count the same. RESULT_TOO_MANY: the limits
 * refuse the attempt. RESULT_UNAVAILABLE: Redis or the hashing slots failed, or there is no memory
 * for the hash. RESULT_INTERNAL: users.json has no good version, there are no random bytes or no
 * memory, or the user's index contains data that this program did not write. */
struct outcome login(struct realm *realm, struct login *l);

#endif
