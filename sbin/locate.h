/* locate: where the data and the Redis of the service are, if the settings do not say it. */
#ifndef SSA_LOCATE_H
#define SSA_LOCATE_H

#include "core/config.h"

struct redis;

/* As config_load. Without SSA_DATA_DIR the data are in the first folder that exists of
 * ../data and ../lib/simpleserverapi/data beside this program (in a checkout, and where `make
 * install` puts it), /etc/simpleserverapi, and data. Without REDIS_URL, the settings of the
 * installed service with these data count: /etc/ssa.env, or /etc/default/simpleserverapi of the
 * Debian package. */
bool locate_settings(struct config *c, unsigned parts, config_fault *tell, void *context);

/* Without REDIS_URL: uses the Redis of `make run` for these data, if it is there. It listens on a
 * socket in SSA_RUN_DIR, by default the folder run next to the data, and on nothing else. So does
 * that of a release, where `run` is the command, and the folder is state. */
void locate_redis(const struct config *c, struct redis *r);

#endif
