/* place: where the data and the Redis of the service are, if the settings do not say it. */
#ifndef SSA_PLACE_H
#define SSA_PLACE_H

#include "core/config.h"

/* As config_load_parts. Without SSA_DATA_DIR the data are in the first folder that exists of
 * ../data and ../lib/simpleserverapi/data beside this program (in a checkout, and where `make
 * install` puts it), /etc/simpleserverapi, and data. Without REDIS_URL, the settings of the
 * installed service with these data count: /etc/ssa.env, or /etc/default/simpleserverapi of the
 * Debian package. If they do not say it, and `make run` has its own Redis for these data, its
 * socket is used: it is in SSA_RUN_DIR, by default the folder run next to the data. */
bool place_find(struct config *c, unsigned parts, config_fault *tell, void *context);

/* Writes which Redis it is, without a password, and returns `name`. */
enum { PLACE_REDIS_SIZE = 600 };
const char *place_of_redis(const struct redis_url *url, char name[static PLACE_REDIS_SIZE]);

#endif
