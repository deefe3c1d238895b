/* GET /api/status tells whether the services that this API needs are up. */
#include "auth/slots.h"
#include "core/config.h"
#include "http/endpoint.h"
#include "redis/redis.h"
#include "redis/server_settings.h"
#include "store/readiness.h"

#include <stdio.h>
#include <string.h>

enum { REDIS, USERS, MACHINES, HASHING, CHECKS };
enum { VERBOSE = 1, ANY = 2 }; /* the flags */

struct check {
	const char *name;
	const char *fault; /* NULL: fine */
	bool fatal;        /* with ANY: nobody can be served */
	char note[160];    /* the verbose answer shows it if there is no fault */
};

static void check_redis(struct check *c, const struct endpoint_context *context)
{
	struct redis *redis = context->service->realm.redis;

	if (context->redis_up)
		return;
	snprintf(c->note, sizeof c->note, "%s", redis_error(redis));
	c->fault = c->note;
	c->fatal = (context->flags & ANY) && !readiness_any(redis);
}

static void check_records(struct check *c, const struct records *r, bool usable)
{
	c->fault = r->fault != NULL ? r->fault : usable ? NULL : "unreadable";
	c->fatal = !usable; /* otherwise the last good version serves on */
	if (c->fault == NULL && r->table.skipped > 0)
		snprintf(c->note, sizeof c->note, "%zu record%s skipped", r->table.skipped,
			 r->table.skipped == 1 ? "" : "s");
}

/* Whether a password can be checked at all. Busy slots are no fault, and tickets go on. */
static void check_hashing(struct check *c, struct realm *realm)
{
	c->fault = slots_fault(&realm->slots, users_hash_kib(&realm->users), c->note);
}

static bool fails(const struct check *c, unsigned flags)
{
	return flags & ANY ? c->fatal : c->fault != NULL;
}

/* Writes the names of the checks that fail, such as "redis, machines". */
static void write_failing(struct text *out, const struct check checks[CHECKS], unsigned flags)
{
	const char *separator = "";

	for (int i = 0; i < CHECKS; i++)
		if (fails(&checks[i], flags)) {
			text_string(out, separator);
			text_string(out, checks[i].name);
			separator = ", ";
		}
}

static void write_checks(struct text *out, const struct check checks[CHECKS])
{
	for (int i = 0; i < CHECKS; i++) {
		const struct check *c = &checks[i];
		text_string(out, i == 0 ? ",\"checks\":{" : ",");
		text_json(out, c->name);
		text_string(out, ":");
		text_json(out, c->fault ? c->fault : c->note[0] ? c->note : "OK");
	}
	text_string(out, "}");
}

static void write_details(struct text *out, struct check checks[CHECKS],
			  const struct endpoint_context *context)
{
	const struct realm *realm = &context->service->realm;
	bool ask = context->redis_up && redis_is_replaceable(realm->redis);
	const char *advice = ask ? server_settings_fault(realm->redis) : NULL;

	if (advice != NULL)
		snprintf(checks[REDIS].note, sizeof checks[REDIS].note, "%s", advice);
	write_checks(out, checks);
	if (realm->config->faults != NULL) {
		text_string(out, ",\"faults\":");
		text_json(out, realm->config->faults);
	}
}

static enum result handle_get(struct endpoint_context *context, const struct request *q,
			      struct reply *rep)
{
	struct service *s = context->service;
	struct check checks[CHECKS] = {[REDIS] = {.name = "redis"},
				       [USERS] = {.name = "users"},
				       [MACHINES] = {.name = "machines"},
				       [HASHING] = {.name = "hashing"}};
	bool up = true;

	(void)q;
	check_redis(&checks[REDIS], context);
	check_records(&checks[USERS], &s->realm.users.records, s->realm.users_usable);
	check_records(&checks[MACHINES], &s->machines.records, s->machines_usable);
	check_hashing(&checks[HASHING], &s->realm);
	for (int i = 0; i < CHECKS; i++)
		up = up && !fails(&checks[i], context->flags);

	if (up) {
		text_string(&rep->body, "{\"code\":200,\"message\":\"OK\"");
	} else {
		reply_refuse(rep, RESULT_UNAVAILABLE,
			     checks[REDIS].fault     ? checks[REDIS].fault
			     : checks[HASHING].fault ? checks[HASHING].fault
						     : "a data file is not usable");
		text_string(&rep->body, "{\"code\":503,\"message\":\"");
		write_failing(&rep->body, checks, context->flags);
		text_string(&rep->body, "\",\"data\":\"\"");
	}
	if (context->flags & VERBOSE)
		write_details(&rep->body, checks, context);
	text_string(&rep->body, "}");
	return rep->result;
}

static const struct endpoint status = {
    .name = "status",
    .probed = true,
    .operations = {{.method = "GET",
		    .files = SERVICE_USERS | SERVICE_MACHINES | SERVICE_LIMITS,
		    .needs = NEEDS_PROBE,
		    .flags = {"verbose", "any"},
		    .handle = handle_get}},
};

int main(int argc, char **argv)
{
	return endpoint_main(&status, argc, argv);
}
