/* regulation_list: the limits on guessing (regulation.h) that are reached, for an administrator. */
#ifndef SSA_REGULATION_LIST_H
#define SSA_REGULATION_LIST_H

#include "core/result.h"

#include <stddef.h>

struct config;
struct redis;

struct regulation_limit {
	const char *limit; /* "user", "user and address" or "address" */
	long long failures, left_s;
};

/* Calls `found` for each limit that this user (address NULL) or this address (user NULL) has
 * reached. For "user and address", the address is not known, because the key is a digest.
 * RESULT_UNAVAILABLE: redis_error() says why. */
enum result regulation_list(struct redis *r, const struct config *c, const char *user,
			    const char *address,
			    void (*found)(void *context, const struct regulation_limit *b),
			    void *context);

/* Forgets the failures of a user at all addresses (address NULL), of a user at one address, or of
 * an address with all users (user NULL). *forgotten is 0 if none were counted. */
enum result regulation_forget(struct redis *r, const struct config *c, const char *user,
			      const char *address, size_t *forgotten);

#endif
