/* tickets: the keys of the sessions in Redis, and an index for each user. With the index all
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
#ifndef SSA_TICKETS_H
#define SSA_TICKETS_H

#include "core/crypto.h"
#include "core/result.h"

#include <stdbool.h>

struct redis;
struct redisReply; /* see resp.h */

enum { TICKETS_LOGIN_LEN = 16 };

/* One ticket, in the form in which the index has it. */
struct ticket_name {
	/* The first characters of the digest of the login's first ticket. */
	char login[TICKETS_LOGIN_LEN + 1];
	/* The digest of this ticket. Its first 8 characters name the ticket in the log. */
	char digest[CRYPTO_DIGEST_LEN + 1];
};

/* Queues the commands that add a ticket to the index, remove expired tickets from it, and make the
 * index live longer if needed. Times are by Redis's clock: Unix seconds, or microseconds (_us).
 * ttl_s: SSA_TICKET_TTL; the ticket itself may end before. */
void tickets_add(struct redis *r, const char *username, const struct ticket_name *t,
		 long long now_us, unsigned ttl_s, long long expires_at);

/* Queues the question which tickets of the user exceed the number `most`: those that were issued
 * first. *surplus becomes the reply, which the caller frees. */
void tickets_ask_surplus(struct redis *r, const char *username, unsigned most,
			 struct redisReply **surplus);

/* Ends these tickets, if there are any, but never `t`, the ticket that was just added. Replaced
 * tickets do not count, but they end, too, if there are about as many of them again. RESULT_OK,
 * RESULT_UNAVAILABLE, or RESULT_INTERNAL: the index has data that this program did not write;
 * redis_error() says why. */
enum result tickets_end_surplus(struct redis *r, const char *username, const struct ticket_name *t,
				unsigned most, const struct redisReply *surplus);

/* Queues two commands: a ticket that is in the index counts as replaced and ends at this time; and
 * replaced tickets that have ended leave the index. */
void tickets_replace(struct redis *r, const char *username, const struct ticket_name *t,
		     long long now_us, long long expires_at);

/* Queues one command, which makes a replaced ticket one that counts. */
void tickets_restore(struct redis *r, const char *username, const struct ticket_name *t,
		     long long expires_at);

/* Ends one ticket. RESULT_OK or RESULT_UNAVAILABLE. */
enum result tickets_end_one(struct redis *r, const char *username, const struct ticket_name *t);

/* Ends all tickets of the login that `own` belongs to, or all tickets of the user. This includes
 * tickets that a renewal adds concurrently. `own` ends last: if this fails half-way, a client that
 * has it can try again. RESULT_OK, RESULT_UNAVAILABLE, or RESULT_INTERNAL as above. */
enum tickets_which { TICKETS_OF_LOGIN, TICKETS_OF_USER };
enum result tickets_end(struct redis *r, const char *username, const struct ticket_name *own,
			enum tickets_which which);

/* Ends all tickets of the user, for an administrator. The results are those of tickets_end. */
enum result tickets_end_user(struct redis *r, const char *username);

/* Makes the index expire with its last ticket, after the expiry of a ticket was changed or a ticket
 * was ended. This is best effort: if the index changes meanwhile, its expiry stays as it is. */
void tickets_trim(struct redis *r, const char *username);

#endif
