#include "health.h"
#include "auth/slots.h"
#include "data/users.h"
#include "redis/redis.h"
#include "store/readiness.h"

const char *health_of_redis(struct ctl *c)
{
	struct readiness ready;

	redis_begin(c->redis);
	readiness_ask(c->redis, &ready);
	redis_run(c->redis);
	return readiness_passed(&ready) && redis_replicated(c->redis) ? NULL
								      : redis_error(c->redis);
}

const char *health_of_hashing(const struct ctl *c)
{
	static char words[SLOTS_WHY_SIZE];
	unsigned long kib = 0;
	struct slots slots;
	struct users u;

	slots_measure(&slots, c->config.hashes);
	if (users_open(&u, c->config.data_dir, false) && records_refresh(&u.records))
		kib = users_hash_kib(&u);
	users_close(&u);
	return slots_fault(&slots, kib, words);
}
