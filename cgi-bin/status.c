/* GET /api/status tells whether the services that this API needs are up. */
#include "http/endpoint.h"
#include "redis/advice.h"
#include "redis/redis.h"

#include <stdio.h>
#include <string.h>

enum { REDIS, USERS, MACHINES, CHECKS };

struct check {
	const char *name;
	const char *fault; /* NULL: fine */
	char note[100];
};

static void check_records(struct check *c, const struct records *r, bool usable)
{
	c->fault = r->fault != NULL ? r->fault : usable ? NULL : "unreadable";
	if (c->fault == NULL && r->table.skipped > 0)
		snprintf(c->note, sizeof c->note, "%zu record%s skipped", r->table.skipped,
			 r->table.skipped == 1 ? "" : "s");
}

/* Writes the names of the checks that fail, such as "redis, machines". */
static void write_failing(struct text *out, const struct check checks[CHECKS])
{
	const char *separator = "";

	for (int i = 0; i < CHECKS; i++) {
		if (checks[i].fault == NULL)
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
	struct check checks[CHECKS] = {
	    {"redis", NULL, ""}, {"users", NULL, ""}, {"machines", NULL, ""}};
	struct text failing = {0};

	check_records(&checks[USERS], &s->realm.users.records, s->realm.users_usable);
	check_records(&checks[MACHINES], &s->machines.records, s->machines_usable);
	if (!context->redis_up)
		checks[REDIS].fault = "unavailable";

	write_failing(&failing, checks);
	if (failing.failed)
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	if (failing.len > 0)
		reply_refuse(rep, RESULT_UNAVAILABLE,
			     checks[REDIS].fault ? redis_error(s->realm.redis)
						 : "a data file is not usable");
	text_string(&rep->body, failing.len == 0 ? "{\"code\":200,\"message\":\"OK\""
						 : "{\"code\":503,\"message\":\"");
	text_add(&rep->body, failing.at, failing.len);
	if (failing.len > 0)
		text_string(&rep->body, "\",\"data\":\"\"");
	if (request_has_parameter(q, "verbose")) {
		const char *advice = context->redis_up ? advice_ask(s->realm.redis) : NULL;
		snprintf(checks[REDIS].note, sizeof checks[REDIS].note, "%s", advice ? advice : "");
		write_checks(&rep->body, checks);
	}
	text_string(&rep->body, "}");
	text_free(&failing);
	return rep->result;
}

static const struct endpoint status = {
    .name = "status",
    .operations = {{.method = "GET",
		    .files = SERVICE_USERS | SERVICE_MACHINES,
		    .needs = NEEDS_PROBE,
		    .handle = handle_get}},
};

int main(void)
{
	return endpoint_main(&status);
}
