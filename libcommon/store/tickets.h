/* tickets: ends tickets: one, all of a login, all of a user, or the first ones of a user with too
 * many. */
#ifndef SSA_TICKETS_H
#define SSA_TICKETS_H

#include "core/result.h"
#include "store/ticket_index.h"

struct redis;
struct redisReply; /* see resp.h */

/* Queues the question which tickets of the user are too many, if there may be `most`. *surplus
 * becomes the reply, which the caller frees. */
void tickets_ask_surplus(struct redis *r, const char *username, unsigned most,
			 struct redisReply **surplus);

/* Ends these tickets, which were issued first, but never `t`, which was just added. Replaced
 * tickets do not count, and end if there are about as many of them again. RESULT_OK,
 * RESULT_UNAVAILABLE, or RESULT_INTERNAL: the index has data that this program did not write.
 * redis_error() says why. */
enum result tickets_end_surplus(struct redis *r, const char *username, const struct ticket_name *t,
				unsigned most, const struct redisReply *surplus);

/* Ends one ticket. RESULT_OK or RESULT_UNAVAILABLE. */
enum result tickets_end_one(struct redis *r, const char *username, const struct ticket_name *t);

/* Ends all tickets of the login of `own`, or all tickets of the user, including those that a
 * renewal adds meanwhile. `own` ends last: if this fails half-way, the client can try again with
 * it. RESULT_OK, RESULT_UNAVAILABLE, or RESULT_INTERNAL as above. */
enum tickets_which { TICKETS_OF_LOGIN, TICKETS_OF_USER };
enum result tickets_end(struct redis *r, const char *username, const struct ticket_name *own,
			enum tickets_which which);

/* Ends all tickets of the user, for an administrator. Results as of tickets_end. */
enum result tickets_end_user(struct redis *r, const char *username);

#endif
