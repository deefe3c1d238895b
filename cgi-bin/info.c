/* GET /api/info: the machines that the caller may see. */
#include "http/endpoint.h"

static enum result handle_get(struct endpoint_context *c, const struct request *q,
			      struct reply *rep)
{
	struct service *s = c->service;

	(void)q;
	if (!s->machines_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "machines.json has no good version");

	text_string(&rep->body, "{\"data\":");
	if (!machines_write(&s->machines, c->caller.user.machines, &rep->body))
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	text_string(&rep->body, "}");
	return RESULT_OK;
}

static const struct endpoint info = {
    .name = "info",
    .operations = {{.method = "GET",
		    .files = SERVICE_USERS | SERVICE_MACHINES,
		    .needs = NEEDS_SESSION,
		    .handle = handle_get}},
};

int main(void)
{
	return endpoint_main(&info);
}
