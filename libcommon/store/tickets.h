/* tickets: the keys that sessions have in Redis, and the index by which a login or a user is ended whole.
 *
 *   ssa:ticket:<digest of the ticket>   the session, see session.h
 *   ssa:user:<digest of the name>       a sorted set of <login>:<digest of the ticket> by expiry
 *
 * A login and its renewals are one chain of tickets with one login number; logging out with any of them ends them
 * all. The index is written before a ticket and cleared after it, so no ticket is ever outside it, and it expires with
 * the last of its tickets. */
#ifndef SSA_TICKETS_H
#define SSA_TICKETS_H

#include "core/crypto.h"
#include "core/result.h"

#include <stdbool.h>

struct redis;

enum { TICKETS_KEY_SIZE = 16 + CRYPTO_DIGEST_LEN + 1, TICKETS_LOGIN_LEN = 16 };

/* One ticket, as the index knows it. */
struct ticket_name {
	char login[TICKETS_LOGIN_LEN +
		   1]; /* the first digits of the digest of the login's first ticket */
	char digest[CRYPTO_DIGEST_LEN +
		    1]; /* of the ticket; its first 8 digits are its name in the log */
};

void tickets_key(char key[static TICKETS_KEY_SIZE], const char *digest);

/* Queues the commands that add a ticket, prune what has expired and prolong the index if need be.
 * Times are Unix seconds by Redis's clock. */
void tickets_add(struct redis *r, const char *username, const struct ticket_name *t, long long now,
		 long long expires_at);

/* Takes their replies. false: Redis failed. */
bool tickets_added(struct redis *r);

/* Queues the question which of the user's tickets are more than `most`: the first to expire. Its
 * reply must be the last of the batch. */
void tickets_ask_surplus(struct redis *r, const char *username, unsigned most);

/* Takes that reply and ends those tickets, in a round trip of its own if there are any. RESULT_OK,
 * RESULT_UNAVAILABLE, or RESULT_INTERNAL: the index holds what was not written here. */
enum result tickets_end_surplus(struct redis *r, const char *username);

/* Queues one command: another expiry for a ticket that is there. */
void tickets_move(struct redis *r, const char *username, const struct ticket_name *t,
		  long long expires_at);

/* Ends one ticket. RESULT_OK or RESULT_UNAVAILABLE. */
enum result tickets_end_one(struct redis *r, const char *username, const struct ticket_name *t);

/* Ends all tickets of the login that `own` belongs to, or all of the user's; also those that a
 * renewal adds concurrently. `own` ends last, so that whoever holds it can ask again if this fails
 * half-way. RESULT_OK, RESULT_UNAVAILABLE, or RESULT_INTERNAL as above. */
enum tickets_which { TICKETS_OF_LOGIN, TICKETS_OF_USER };
enum result tickets_end(struct redis *r, const char *username, const struct ticket_name *own,
			enum tickets_which which);

/* Lets the index expire with its last ticket, after one was ended or shortened. Best effort: if the
 * index changes meanwhile, its time stays. */
void tickets_trim(struct redis *r, const char *username);

#endif
