/* health: faults that keep users from logging in, in the words of both status and check. */
#ifndef SSA_HEALTH_H
#define SSA_HEALTH_H

#include "ctl.h"

/* NULL: Redis is there, and can do what a login needs. */
const char *health_of_redis(struct ctl *c);

/* NULL: each hash of users.json can be computed here; otherwise why not, in static storage. The
 * limit of memory is that of this command, so it should run where the service does. */
const char *health_of_hashing(const struct ctl *c);

#endif
