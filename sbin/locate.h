/* locate: where the data and the Redis of the service are, if the settings do not say it. */
#ifndef SSA_LOCATE_H
#define SSA_LOCATE_H

#include "core/config.h"

/* As config_load_parts. Without SSA_DATA_DIR the data are in the first folder that exists of
 * ../data and ../lib/simpleserverapi/data beside this program (in a checkout, and where `make
 * install` puts it), /etc/simpleserverapi, and data. Without REDIS_URL, the settings of the
 * installed service with these data count: /etc/ssa.env, or /etc/default/simpleserverapi of the
 * Debian package. If they do not say it, and `make run` has its own Redis for these data, its
 * socket is used: it is in SSA_RUN_DIR, by default the folder run next to the data. */
bool locate_settings(struct config *c, unsigned parts, config_fault *tell, void *context);

/* Writes which Redis it is, without a password, and returns `name`. */
enum { LOCATE_REDIS_SIZE = 600 };
const char *locate_name_redis(const struct redis_url *url, char name[static LOCATE_REDIS_SIZE]);

#endif
