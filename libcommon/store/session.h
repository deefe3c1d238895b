/* session: who holds a ticket. It is kept in Redis, under a key of ticket_index.h:
 *
 *   {"username","login","fingerprint","expires","renewable_until"}, with a TTL
 *
 * The ticket is not stored, so a dump or MONITOR shows nothing that opens a session. The
 * fingerprint binds the session to the password that users.json held at the login. It is a digest
 * with the ticket as its key, which tells a reader of Redis nothing. The CSRF token is derived from
 * the ticket and not stored.
 *
 * Only Redis's clock counts: a session lives as long as its key, and expiry times are computed from
 * TIME. A wrong clock on this host neither ends nor prolongs a session. */
#ifndef SSA_SESSION_H
#define SSA_SESSION_H

#include "core/crypto.h"
#include "core/result.h"
#include "core/sizes.h"
#include "store/store_key.h"
#include "store/tickets.h"

#include <stdbool.h>

struct redis;
struct config;

/* A ticket is the user's tag (store_key.h) and 40 random characters, which have 240 bits. OWASP
 * ASVS 5.0, 7.2.3, asks for 128. */
enum { SESSION_TICKET_LEN = TAG_LEN + 40 };

struct session {
	enum result found; /* of session_ask */
	struct ticket_name name;
	char username[USERNAME_MAX_BYTES + 1];
	char fingerprint[CRYPTO_DIGEST_LEN + 1];
	long long expires_at;      /* Unix seconds, by Redis's clock */
	long long renewable_until; /* likewise; the time of the login plus SSA_TICKET_MAX */
};

/* True for 43 characters of base64url. Any other text is refused before Redis is asked. */
bool session_is_ticket(const char *text);

/* Queues the look-up of a well-formed ticket. When the batch has run, s->found is the result.
 * RESULT_OK: *s is the session. RESULT_UNAUTHENTICATED: no session has this ticket; of *s only
 * name.digest is valid. RESULT_UNAVAILABLE: redis_error() says why. RESULT_INTERNAL: memory
 * ran out. */
void session_ask(struct redis *r, const char *ticket, struct session *s);

/* The same by its key. The caller has set s->name.digest. */
void session_ask_key(struct redis *r, const char *key, struct session *s);

/* Reads a value of Redis, with the results of session_ask. s->name.digest is not in it and stays as
 * it is. */
enum result session_read(const char *text, size_t len, struct session *s);

/* True if the session was opened with this password of users.json. */
bool session_fits(const struct session *s, const char *ticket, const char *stored_password);

/* Writes the session's CSRFPreventionToken. */
void session_csrf(char out[static CRYPTO_DIGEST_LEN + 1], const char *ticket);

/* Makes a session for a user whose password was verified at `now_us`, and ends the first tickets of
 * the user if there are more than SSA_TICKETS_PER_USER. The caller has set s->username; this sets
 * the rest of *s and the ticket. It runs the batch, with what the caller queued before.
 *
 * RESULT_UNAVAILABLE: Redis failed, or too few replicas have the session (SSA_REDIS_WAIT), which
 * was taken back. RESULT_INTERNAL: there are no random bytes, or the user's index has data that
 * this program did not write. In both cases redis_error() says why, and the client must not get the
 * ticket. */
enum result session_create(struct redis *r, const struct config *c, long long now_us,
			   const char *stored_password, struct session *s,
			   char ticket[static SESSION_TICKET_LEN + 1]);

/* Makes a session that replaces the live session `old`, which lives SESSION_GRACE_S more. Results
 * as of session_create, and RESULT_UNAUTHENTICATED: the login of `old` is older than
 * SSA_TICKET_MAX, or `old` was ended meanwhile; redis_error() says which. */
enum { SESSION_GRACE_S = 60 };
enum result session_renew(struct redis *r, const struct config *c, long long now_us,
			  const char *stored_password, const struct session *old, struct session *s,
			  char ticket[static SESSION_TICKET_LEN + 1]);

/* session_end ends the login of the session, with all tickets that came from it by renewal.
 * session_end_all ends all tickets of the user. RESULT_OK: they are dead. RESULT_UNAVAILABLE: Redis
 * failed, or too few replicas know it. This session ends last, so the client can try again with it.
 * RESULT_INTERNAL: the user's index has data that this program did not write. redis_error() says
 * why. */
enum result session_end(struct redis *r, const struct session *s);
enum result session_end_all(struct redis *r, const struct session *s);

#endif
