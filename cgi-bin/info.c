/* GET /api/info answers with the machines that the caller may see, or those that a query selects of
 * them. */
#include "http/endpoint.h"
#include "http/pages.h"
#include "http/query.h"

static const char path[] = "/api/info";

/* The client is told why. */
static enum result refuse_query(struct reply *rep, const char *why)
{
	reply_refuse(rep, RESULT_BAD_REQUEST, why);
	rep->message = rep->reason;
	return rep->result;
}

static enum result write_selected(struct endpoint_context *c, const struct request *q,
				  struct reply *rep)
{
	struct query query;
	char why[QUERY_WHY_SIZE];
	size_t total;

	if (!query_read(&query, q->query, why))
		return refuse_query(rep, why);
	switch (machines_write_selected(&c->service->machines, c->caller.user.machines,
					&query.selection, &rep->body, &total)) {
	case SELECTION_NO_MEMORY:
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	case SELECTION_TOO_MUCH:
		return refuse_query(rep, "the query examines more than 256 MB of text");
	case SELECTION_FINE:
		break;
	}
	pages_write_headers(&query, path, q->query, total, &rep->headers);
	return RESULT_OK;
}

static enum result handle_get(struct endpoint_context *c, const struct request *q,
			      struct reply *rep)
{
	struct service *s = c->service;

	if (!s->machines_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "machines.json has no good version");

	text_string(&rep->body, "{\"data\":");
	if (*q->query != '\0') {
		if (write_selected(c, q, rep) != RESULT_OK)
			return rep->result;
	} else if (!machines_write(&s->machines, c->caller.user.machines, &rep->body)) {
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	}
	text_string(&rep->body, "}");
	return RESULT_OK;
}

static const struct endpoint info = {
    .name = "info",
    .operations = {{.method = "GET",
		    .files = SERVICE_USERS | SERVICE_MACHINES,
		    .needs = NEEDS_SESSION,
		    .reads_query = true,
		    .handle = handle_get}},
};

int main(void)
{
	return endpoint_main(&info);
}
