/* ticket_index: an index of each user's tickets in Redis, for ending all of a login or a user:
 *
 *   ssa:{TAG}:ticket:<digest of the ticket>   the session, see session.h
 *   ssa:{TAG}:user:<digest of the name>       a sorted set of <login>:<digest of the ticket>
 *
 * The set is ordered by the time of issue. A score is that time plus SSA_TICKET_TTL, in
 * microseconds: the latest time at which the ticket can end, so expired tickets are at the front.
 * (A ticket that SSA_TICKET_MAX cuts short keeps its place until then.) A ticket that a renewal has
 * replaced has a score below 0: it lives some seconds more, and does not count for the limit of
 * tickets. Members have 60 bytes: up to 64, Redis stores small sets in much less memory
 * (zset-max-listpack-value).
 *
 * The tickets of a login and its renewals have the same login number, and a logout with any of them
 * ends them all. A ticket is added to the index before it is made, and removed after it is deleted,
 * so every ticket is in the index at all times. The index expires with its last ticket. */
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

/* Queues the commands that add a ticket to the index, remove expired ones, and prolong the index if
 * needed. Times are by Redis's clock, in Unix seconds or microseconds (_us). ttl_s: SSA_TICKET_TTL;
 * the ticket itself may end before. */
void ticket_index_add(struct redis *r, const char *username, const struct ticket_name *t,
		      long long now_us, unsigned ttl_s, long long expires_at);

/* Queues the commands that mark a ticket as replaced, with this end, and remove replaced tickets
 * that have ended. */
void ticket_index_replace(struct redis *r, const char *username, const struct ticket_name *t,
			  long long now_us, long long expires_at);

/* Queues the command that makes a replaced ticket count again. */
void ticket_index_restore(struct redis *r, const char *username, const struct ticket_name *t,
			  long long expires_at);

/* Makes the index expire with its last ticket, after a ticket was shortened or ended. Best effort:
 * if the index changes meanwhile, its expiry stays as it is. */
void ticket_index_trim(struct redis *r, const char *username);

#endif
