#include "http/service.h"
#include "core/config.h"
#include "redis/redis.h"

#include <stdlib.h>

struct service *service_open(const struct config *config, bool resident)
{
	struct service *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->realm.config = config;
	s->realm.redis = redis_new(&config->redis, config->redis_wait);
	if (s->realm.redis != NULL && users_open(&s->realm.users, config->data_dir, resident) &&
	    machines_open(&s->machines, config->data_dir, resident))
		return s;
	service_close(s);
	return NULL;
}

void service_refresh(struct service *s, unsigned files)
{
	if (files & SERVICE_USERS)
		realm_refresh(&s->realm);
	if (files & SERVICE_MACHINES)
		s->machines_usable = machines_refresh(&s->machines);
}

void service_close(struct service *s)
{
	if (s == NULL)
		return;
	if (s->realm.users.records.kind != NULL)
		users_close(&s->realm.users);
	if (s->machines.records.kind != NULL)
		machines_close(&s->machines);
	redis_free(s->realm.redis);
	free(s);
}
