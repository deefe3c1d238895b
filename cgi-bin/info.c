/* GET /api/info: the machines that the caller may see. */
#include "authenticate.h"
#include "endpoint.h"
#include "request.h"
#include "scgi.h"
#include "service.h"

static enum result handle_get(struct service *s, const struct request *q, struct reply *rep,
			      const struct asked *asked)
{
	struct user user;
	enum result result = authenticate(s, q, rep, asked, &user);

	if (result != RESULT_OK)
		return result;
	if (!s->machines_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "machines.json has no good version");

	text_string(&rep->body, "{\"data\":");
	if (!machines_write(&s->machines, user.machines, &rep->body))
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	text_string(&rep->body, "}");
	return RESULT_OK;
}

static const struct endpoint info = {
    .name = "info",
    .allow = "GET, HEAD, OPTIONS",
    .at_a_time = SCGI_AT_A_TIME_MAX,
    .operations = {{.method = "GET",
		    .files = SERVICE_USERS | SERVICE_MACHINES,
		    .ask = authenticate_ask,
		    .take = authenticate_take,
		    .handle = handle_get}},
};

int main(void)
{
	return endpoint_main(&info);
}
