/* GET /api/info: the machines that the caller may see. */
#include "authenticate.h"
#include "endpoint.h"
#include "request.h"
#include "service.h"

static enum result handle_get(struct service *s, const struct request *q, struct reply *rep)
{
	struct caller who;
	enum result result = authenticate(s, q, rep, &who);

	if (result != RESULT_OK)
		return result;
	if (!machines_refresh(&s->machines))
		return reply_refuse(rep, RESULT_INTERNAL, "machines.json has no good version");

	text_string(&rep->body, "{\"data\":");
	if (!machines_write(&s->machines, who.user.machines, &rep->body))
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	text_string(&rep->body, "}");
	return RESULT_OK;
}

static const struct endpoint info = {
    .name = "info",
    .allow = "GET, HEAD, OPTIONS",
    .operations = {{.method = "GET", .handle = handle_get}},
    .open = service_open,
    .close = service_close,
};

int main(void)
{
	return endpoint_main(&info);
}
