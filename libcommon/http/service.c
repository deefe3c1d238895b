#include "http/service.h"
#include "core/config.h"
#include "redis/redis.h"

#include <stdio.h>
#include <stdlib.h>

enum { REST_KEEP_BYTES = 65536 };

struct service *service_open(struct config *config, bool resident)
{
	struct service *s = calloc(1, sizeof *s);
	const char *fault;

	if (s == NULL)
		return NULL;
	s->realm.config = config;
	s->realm.redis = redis_new(config->redis_url, config->redis_wait, &fault);
	if (fault != NULL)
		snprintf(config->fault, sizeof config->fault, "REDIS_URL: %s", fault);
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
		s->machines_usable = records_refresh(&s->machines.records);
	/* Only the memory counts here, whatever the number of hashes. */
	if ((files & SERVICE_LIMITS) && users_hash_kib(&s->realm.users) > 0)
		slots_measure_again(&s->realm.slots, 1);
}

struct shared_body *service_all_machines(struct service *s)
{
	static const struct grant all = {0};
	struct shared_body *b = s->all_machines;

	if (b != NULL && s->all_machines_of == s->machines.records.generation) {
		b->holders++;
		return b;
	}
	shared_body_release(b);
	s->all_machines = b = calloc(1, sizeof *b);
	if (b == NULL)
		return NULL;
	b->holders = 1;
	text_string(&b->text, "{\"data\":");
	bool whole = machines_write(&s->machines, all, &b->text);
	text_string(&b->text, "}");
	if (!whole || b->text.failed) {
		shared_body_release(b);
		return s->all_machines = NULL;
	}
	s->all_machines_of = s->machines.records.generation;
	b->holders++;
	return b;
}

void service_rest(struct service *s)
{
	if (s->all_machines == NULL || s->all_machines->text.cap <= REST_KEEP_BYTES)
		return;
	shared_body_release(s->all_machines);
	s->all_machines = NULL;
}

void service_close(struct service *s)
{
	if (s == NULL)
		return;
	if (s->realm.users.records.kind != NULL)
		users_close(&s->realm.users);
	if (s->machines.records.kind != NULL)
		records_close(&s->machines.records);
	shared_body_release(s->all_machines);
	redis_free(s->realm.redis);
	free(s);
}
