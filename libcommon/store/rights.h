/* rights: what the user of Redis may not do (ACL), for `ssactl check`. docs/operating.md and
 * examples/ have the line of the user for each kind of store. */
#ifndef SSA_RIGHTS_H
#define SSA_RIGHTS_H

#include "core/redis_url.h"

#include <stdbool.h>

struct redis;

/* Tries each command of the service, on a key that is never made, and lists those that Redis
 * refuses by NOPERM as the words of an ACL that are missing, such as "+zadd +wait". `waits`:
 * SSA_REDIS_WAIT is not 0. Returns false if none is refused. */
enum { RIGHTS_SIZE = 512 };
bool rights_missing(struct redis *r, enum redis_kind kind, bool waits,
		    char words[static RIGHTS_SIZE]);

#endif
