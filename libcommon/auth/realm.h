/* realm: what a login or a session is checked against (RFC 9110, 11.5, has the word). */
#ifndef SSA_REALM_H
#define SSA_REALM_H

#include "auth/slots.h"
#include "data/users.h"

#include <stdbool.h>

struct config;
struct redis;

struct realm {
	const struct config *config;
	struct redis *redis; /* connects at the first use */
	struct users users;
	bool users_usable;  /* the last refresh found or kept a good version */
	struct slots slots; /* what hashes may use, as of the last measurement */
};

static inline void realm_refresh(struct realm *realm)
{
	realm->users_usable = records_refresh(&realm->users.records);
}

#endif
