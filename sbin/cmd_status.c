/* The command status: as GET /api/status says it. */
#include "auth/slots.h"
#include "command.h"
#include "data/machines.h"
#include "data/users.h"
#include "health.h"
#include "listing.h"

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

static enum exit_code status(struct ctl *c)
{
	struct listing l = {.columns = {"part", "state"}};
	struct users u;
	struct machines m;
	bool users = users_open(&u, c->config.data_dir, false);
	bool machines = machines_open(&m, c->config.data_dir, false);

	bool up = list_part(&l, "redis", health_of_redis(c));
	up &= list_part(&l, "users", file_fault(&u.records, users));
	up &= list_part(&l, "machines", file_fault(&m.records, machines));
	up &= list_part(&l, "hashing", health_of_hashing(c));
	users_close(&u);
	records_close(&m.records);
	listing_print(&l, c->json);
	return up ? CTL_DONE : CTL_NO;
}

const struct command cmd_status[] = {
    {"status", "", "show whether Redis and both files are usable", 0, 0, JSON, REDIS, status},
    {0},
};
