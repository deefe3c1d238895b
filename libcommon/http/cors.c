#include "http/cors.h"
#include "core/config.h"
#include "core/span.h"
#include "http/reply.h"
#include "http/request.h"

#include <string.h>

static bool is_listed(const char *origins, const char *origin)
{
	struct span list = span_of(origins), listed;

	while (span_next(&list, ',', &listed))
		if (span_is(listed, origin, strlen(origin)))
			return true;
	return false;
}

void cors_admit(const struct config *c, const struct request *q, const char *methods,
		struct reply *rep)
{
	bool any = strcmp(c->cors_origins, "*") == 0;

	if (c->cors_origins[0] == '\0')
		return;
	/* A cache must not give the reply for one origin to another, nor the reply without an
	 * origin to one with it. */
	rep->vary_origin = !any;
	if (q->origin[0] == '\0' || !(any || is_listed(c->cors_origins, q->origin)))
		return;
	rep->allow_origin = any ? "*" : q->origin;
	if (strcmp(q->method, "OPTIONS") == 0 && q->asked_method[0] != '\0')
		rep->preflight = methods;
}
