/* ticket_index: the keys of the sessions in Redis, and an index for each user. With the index all
 * tickets of a login or of a user can be ended:
 *
 *   ssa:{TAG}:ticket:<digest of the ticket>   the session, see session.h
 *   ssa:{TAG}:user:<digest of the name>       a sorted set of <login>:<digest of the ticket>
 *
 * The set is ordered by the time of issue: a score is that time plus SSA_TICKET_TTL, in
 * microseconds. So it is also the latest time at which the ticket can end, and expired tickets are
 * at the front. A ticket that a renewal has replaced has a score below 0: it lives some seconds
 * more, and does not count for the limit of tickets. Members have 60 bytes, because Redis keeps
 * small sets whose members have at most 64 bytes in a form that needs much less memory
 * (zset-max-listpack-value).
 * The tickets of a login and of its renewals have the same login number. A logout with any of them
 * ends them all. The index is written before a ticket is made and cleared after it is deleted, so
 * every ticket is in the index at all times. The index expires with the last of its tickets. */
#ifndef SSA_TICKET_INDEX_H
#define SSA_TICKET_INDEX_H

#include "core/crypto.h"
#include "store/store_key.h"

struct redis;

enum { TICKET_LOGIN_LEN = 16, TICKET_MEMBER_LEN = TICKET_LOGIN_LEN + 1 + CRYPTO_DIGEST_LEN };

/* One ticket, in the form in which the index has it. */
struct ticket_name {
	/* The first characters of the digest of the login's first ticket. */
	char login[TICKET_LOGIN_LEN + 1];
	/* The digest of this ticket. Its first 8 characters name the ticket in the log. */
	char digest[CRYPTO_DIGEST_LEN + 1];
};

/* Write the key of a user's index, and the member that a ticket has there. */
void ticket_index_key(char key[static STORE_KEY_SIZE], const char *username);
void ticket_index_member(char member[static TICKET_MEMBER_LEN + 1], const struct ticket_name *t);

/* Queues the commands that add a ticket to the index, remove expired tickets from it, and make the
 * index live longer if needed. Times are by Redis's clock: Unix seconds, or microseconds (_us).
 * ttl_s: SSA_TICKET_TTL; the ticket itself may end before. */
void ticket_index_add(struct redis *r, const char *username, const struct ticket_name *t,
		      long long now_us, unsigned ttl_s, long long expires_at);

/* Queues two commands: a ticket that is in the index counts as replaced and ends at this time; and
 * replaced tickets that have ended leave the index. */
void ticket_index_replace(struct redis *r, const char *username, const struct ticket_name *t,
			  long long now_us, long long expires_at);

/* Queues one command, which makes a replaced ticket one that counts. */
void ticket_index_restore(struct redis *r, const char *username, const struct ticket_name *t,
			  long long expires_at);

/* Makes the index expire with its last ticket, after the expiry of a ticket was changed or a ticket
 * was ended. This is best effort: if the index changes meanwhile, its expiry stays as it is. */
void ticket_index_trim(struct redis *r, const char *username);

#endif
