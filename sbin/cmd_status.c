/* The command status: as GET /api/status says it. */
#include "auth/slots.h"
#include "data/machines.h"
#include "data/users.h"
#include "listing.h"
#include "redis/redis.h"
#include "ssactl.h"
#include "store/readiness.h"

const char *ctl_fault_of_redis(struct ctl *c)
{
	struct readiness ready;

	redis_begin(c->redis);
	readiness_ask(c->redis, &ready);
	redis_run(c->redis);
	return readiness_passed(&ready) && redis_replicated(c->redis) ? NULL
								      : redis_error(c->redis);
}

const char *ctl_fault_of_hashing(const struct ctl *c)
{
	static char words[SLOTS_WHY_SIZE];
	unsigned long kib = 0;
	struct slots slots;
	struct users u;

	slots_measure(&slots, c->config.hashes);
	if (users_open(&u, c->config.data_dir, false) && users_refresh(&u))
		kib = users_hash_kib(&u);
	users_close(&u);
	return slots_fault(&slots, kib, words);
}

static bool list_part(struct listing *l, const char *part, const char *fault)
{
	listing_text(l, part);
	listing_text(l, fault != NULL ? fault : "OK");
	return fault == NULL;
}

/* NULL: the file has a good version. */
static const char *file_fault(struct records *r, bool opened)
{
	if (!opened)
		return "its path is too long";
	records_refresh(r);
	return r->fault;
}

enum exit_code cmd_status(struct ctl *c)
{
	struct listing l = {.columns = {"part", "state"}};
	struct users u;
	struct machines m;
	bool users = users_open(&u, c->config.data_dir, false);
	bool machines = machines_open(&m, c->config.data_dir, false);

	bool up = list_part(&l, "redis", ctl_fault_of_redis(c));
	up &= list_part(&l, "users", file_fault(&u.records, users));
	up &= list_part(&l, "machines", file_fault(&m.records, machines));
	up &= list_part(&l, "hashing", ctl_fault_of_hashing(c));
	users_close(&u);
	machines_close(&m);
	if (!listing_print(&l, c->json))
		return ctl_say(CTL_FAILED, "cannot write the list");
	return up ? CTL_DONE : CTL_NO;
}
