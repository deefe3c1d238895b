/* GET /api/status tells whether the services that this API needs are up. */
#include "auth/slots.h"
#include "core/config.h"
#include "http/endpoint.h"
#include "redis/advice.h"
#include "redis/redis.h"
#include "store/readiness.h"

#include <stdio.h>
#include <string.h>

enum { REDIS, USERS, MACHINES, HASHING, CHECKS };
enum { VERBOSE = 1, ANY = 2 }; /* the flags */

struct check {
	const char *name;
	const char *fault; /* NULL: fine */
	bool fatal;        /* nobody can be served */
	char note[160];
};

/* `any`: a last good version is good enough. */
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
	slots_measure_again(&realm->slots, realm->config->hashes);
	c->fault = slots_fault(&realm->slots, users_hash_kib(&realm->users), c->note);
}

/* Writes the names of the checks that fail, such as "redis, machines". `any`: of those for which
 * nobody can be served. */
static void write_failing(struct text *out, const struct check checks[CHECKS], bool any)
{
	const char *separator = "";

	for (int i = 0; i < CHECKS; i++) {
		if (any ? !checks[i].fatal : checks[i].fault == NULL)
			continue;
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

static enum result handle_get(struct endpoint_context *context, const struct request *q,
			      struct reply *rep)
{
	struct service *s = context->service;
	struct check checks[CHECKS] = {[REDIS] = {.name = "redis"},
				       [USERS] = {.name = "users"},
				       [MACHINES] = {.name = "machines"},
				       [HASHING] = {.name = "hashing"}};
	struct text failing = {0};

	(void)q;
	check_records(&checks[USERS], &s->realm.users.records, s->realm.users_usable);
	check_records(&checks[MACHINES], &s->machines.records, s->machines_usable);
	check_hashing(&checks[HASHING], &s->realm);
	if (!context->redis_up) {
		snprintf(checks[REDIS].note, sizeof checks[REDIS].note, "%s",
			 redis_error(s->realm.redis));
		checks[REDIS].fault = checks[REDIS].note;
		checks[REDIS].fatal = (context->flags & ANY) && !readiness_any(s->realm.redis);
	}

	write_failing(&failing, checks, context->flags & ANY);
	if (failing.failed)
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	if (failing.len > 0)
		reply_refuse(rep, RESULT_UNAVAILABLE,
			     checks[REDIS].fault     ? checks[REDIS].fault
			     : checks[HASHING].fault ? checks[HASHING].fault
						     : "a data file is not usable");
	text_string(&rep->body, failing.len == 0 ? "{\"code\":200,\"message\":\"OK\""
						 : "{\"code\":503,\"message\":\"");
	text_add(&rep->body, failing.at, failing.len);
	if (failing.len > 0)
		text_string(&rep->body, "\",\"data\":\"\"");
	if (context->flags & VERBOSE) {
		bool ask = context->redis_up && redis_is_replaceable(s->realm.redis);
		const char *advice = ask ? advice_ask(s->realm.redis) : NULL;
		if (advice != NULL)
			snprintf(checks[REDIS].note, sizeof checks[REDIS].note, "%s", advice);
		write_checks(&rep->body, checks);
		if (s->realm.config->faults != NULL) {
			text_string(&rep->body, ",\"faults\":");
			text_json(&rep->body, s->realm.config->faults);
		}
	}
	text_string(&rep->body, "}");
	text_free(&failing);
	return rep->result;
}

static const struct endpoint status = {
    .name = "status",
    .probed = true,
    .operations = {{.method = "GET",
		    .files = SERVICE_USERS | SERVICE_MACHINES,
		    .needs = NEEDS_PROBE,
		    .flags = {"verbose", "any"},
		    .handle = handle_get}},
};

int main(int argc, char **argv)
{
	return endpoint_main(&status, argc, argv);
}
