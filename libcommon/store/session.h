/* session: who a ticket stands for, kept in Redis under the keys of tickets.h:
 *
 *   {"username","login","fingerprint","expires","renewable_until"}, with a TTL
 *
 * The ticket itself is never stored, so neither a dump nor MONITOR opens a session. The fingerprint binds the session to
 * the password as users.json held it at the login: a digest keyed with the ticket, so that it tells nothing to who
 * reads Redis. The CSRF token is derived from the ticket and stored nowhere.
 *
 * Redis's own clock is the only one: a session lives as long as its key, and expiry times are made from Redis's TIME,
 * so a wrong clock on this host neither ends nor prolongs anything.
 *
 * The ask and answer functions queue commands and take their replies, so that several rooms share one round trip; see
 * redis.h. */
#ifndef SSA_SESSION_H
#define SSA_SESSION_H

#include "core/crypto.h"
#include "core/result.h"
#include "core/sizes.h"
#include "store/tickets.h"

#include <stdbool.h>

struct redis;
struct config;

struct session {
	struct ticket_name name;
	char username[USERNAME_MAX_BYTES + 1];
	char fingerprint[CRYPTO_DIGEST_LEN + 1];
	long long expires_at;      /* Unix seconds, by Redis's clock */
	long long renewable_until; /* likewise: the login plus SSA_TICKET_MAX */
};

/* 43 characters of base64url. Anything else is refused before Redis is asked. */
bool session_is_ticket(const char *text);

/* Queues the look-up of a well-formed ticket. */
void session_ask(struct redis *r, const char *ticket, struct session *s);

/* RESULT_OK: *s is the session. RESULT_UNAUTHENTICATED: there is none; only s->name.digest counts.
 * RESULT_UNAVAILABLE: redis_error() says why. RESULT_INTERNAL: no memory. */
enum result session_answer(struct redis *r, struct session *s);

/* Whether the session was opened with this password, as users.json holds it. */
bool session_fits(const struct session *s, const char *ticket, const char *stored_password);

/* The session's CSRFPreventionToken. */
void session_csrf(char out[static CRYPTO_DIGEST_LEN + 1], const char *ticket);

/* Queues a new session for a user whose password was verified at `now`. s->username is set by the
 * caller; the rest of *s and the ticket are set here. RESULT_INTERNAL: the kernel gave no random
 * bytes or memory ran out; nothing is queued. */
enum result session_ask_create(struct redis *r, const struct config *c, long long now,
			       const char *stored_password, struct session *s,
			       char ticket[static CRYPTO_TICKET_LEN + 1]);

/* Takes its replies, which must be the last of the batch, and ends the user's oldest tickets where
 * there are more than SSA_TICKETS_PER_USER. RESULT_UNAVAILABLE: Redis failed; RESULT_INTERNAL: the
 * user's index holds what was not written here. Then the ticket must not be handed out. */
enum result session_answer_create(struct redis *r, const struct session *s);

/* Queues a new session in place of a live one, which lives SESSION_GRACE_S more.
 * RESULT_UNAUTHENTICATED: the login of `old` is older than SSA_TICKET_MAX. RESULT_INTERNAL as
 * above. In both cases nothing is queued. */
enum { SESSION_GRACE_S = 60 };
enum result session_ask_renew(struct redis *r, const struct config *c, long long now,
			      const char *stored_password, const struct session *old,
			      struct session *s, char ticket[static CRYPTO_TICKET_LEN + 1]);

/* As session_answer_create; RESULT_UNAUTHENTICATED: `old` was ended meanwhile, and so there is no
 * new session. */
enum result session_answer_renew(struct redis *r, const struct session *old,
				 const struct session *s);

/* Ends the session's login, with all tickets that came of it by renewal, or all of the user's.
 * RESULT_OK: they are dead. RESULT_UNAVAILABLE: Redis failed; this session may be alive, so that it
 * can be asked again. RESULT_INTERNAL: the user's index holds what was not written here. */
enum result session_end(struct redis *r, const struct session *s);
enum result session_end_all(struct redis *r, const struct session *s);

#endif
