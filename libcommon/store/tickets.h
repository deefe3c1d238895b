/* tickets: ends tickets: one, those of a login, all of a user, and the first ones if a user has too
 * many. */
#ifndef SSA_TICKETS_H
#define SSA_TICKETS_H

#include "core/result.h"
#include "store/ticket_index.h"

struct redis;
struct redisReply; /* see resp.h */

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

#endif
