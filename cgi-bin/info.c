/* GET /api/info answers with the machines that the caller may see, or those that a query selects of
 * them; GET /api/info/100 with one machine. */
#include "core/sizes.h"
#include "http/endpoint.h"
#include "http/etag.h"
#include "http/paging.h"
#include "http/query.h"

static const char path[] = "/api/info";

/* Writes the ETag. It names the file, the ids that the caller may see, and what was asked; nothing
 * else decides what the reply is. For all machines it is the digest of the file, which is there.
 * true: the client has the reply, and nothing is to be rendered. */
static bool is_known(struct endpoint_context *c, const struct request *q, struct reply *rep)
{
	struct grant grant = c->caller.grant;
	const char *digest = machines_digest(&c->service->machines);
	char of_all[CRYPTO_DIGEST_LEN + 1];

	if (grant.of_user.at != NULL || grant.of_token.at != NULL || *q->path_info != '\0' ||
	    *q->query != '\0') {
		const struct span parts[] = {
		    {digest, CRYPTO_DIGEST_LEN},
		    span_of(q->path_info),
		    span_of(q->query),
		    grant.of_user.at != NULL ? grant.of_user : (struct span){"", 0},
		    grant.of_token.at != NULL ? grant.of_token : (struct span){"", 0},
		};
		crypto_digest_spans(of_all, parts, sizeof parts / sizeof parts[0]);
		digest = of_all;
	}
	etag_write(&rep->headers, digest);
	if (!etag_is_known(q->known_tags, digest))
		return false;
	rep->result = RESULT_NOT_MODIFIED;
	return true;
}

/* These two are not inlined: struct query has 12 KB, and a request without a query must not pay for
 * those pages of the stack. */
__attribute__((noinline)) static enum result
write_selected(struct endpoint_context *c, const struct request *q, struct reply *rep)
{
	struct query query;
	char why[QUERY_WHY_SIZE];
	size_t total;

	if (!query_was_coded(q->query, q->target, why) || !query_read(&query, q->query, why))
		return reply_explain(rep, RESULT_BAD_REQUEST, why);
	if (is_known(c, q, rep))
		return rep->result;
	text_string(&rep->body, "{\"data\":");
	switch (machines_write_selected(&c->service->machines, c->caller.grant, &query.selection,
					&rep->body, &total)) {
	case SELECTION_NO_MEMORY:
		return reply_no_memory(rep);
	case SELECTION_TOO_MUCH:
		return reply_explain(rep, RESULT_BAD_REQUEST,
				     "the query examines more than " TEXT_OF(
					 SELECTION_EXAMINED_MAX_MIB) " MB of text");
	case SELECTION_FINE:
		break;
	}
	text_string(&rep->body, "}");
	paging_write_headers(&query, path, q->query, total, &rep->headers);
	return RESULT_OK;
}

__attribute__((noinline)) static enum result refuse_parameters(const struct request *q,
							       struct reply *rep)
{
	struct query query;
	char why[QUERY_WHY_SIZE];

	return query_was_coded(q->query, q->target, why) && query_is_ignored(&query, q->query, why)
		   ? RESULT_OK
		   : reply_explain(rep, RESULT_BAD_REQUEST, why);
}

static enum result write_all(struct endpoint_context *c, const struct request *q, struct reply *rep)
{
	if (is_known(c, q, rep))
		return rep->result;
	if (c->caller.grant.of_user.at == NULL && c->caller.grant.of_token.at == NULL) {
		rep->shared = service_all_machines(c->service);
		return rep->shared != NULL ? RESULT_OK : reply_no_memory(rep);
	}
	text_string(&rep->body, "{\"data\":");
	if (!machines_write(&c->service->machines, c->caller.grant, &rep->body))
		return reply_no_memory(rep);
	text_string(&rep->body, "}");
	return RESULT_OK;
}

/* The same bytes whether there is no such machine, or the caller may not see it. */
static enum result show_one(struct endpoint_context *c, const struct request *q, struct reply *rep)
{
	struct span record;

	if (*q->query != '\0' && refuse_parameters(q, rep) != RESULT_OK)
		return rep->result;
	if (!machines_find(&c->service->machines, c->caller.grant, span_of(q->path_info + 1),
			   &record))
		return reply_refuse(rep, RESULT_NOT_FOUND, "no such machine for this user");
	if (is_known(c, q, rep))
		return rep->result;
	text_string(&rep->body, "{\"data\":");
	text_add(&rep->body, record.at, record.len);
	text_string(&rep->body, "}");
	return RESULT_OK;
}

static enum result handle_get(struct endpoint_context *c, const struct request *q,
			      struct reply *rep)
{
	if (!c->service->machines_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "machines.json has no good version");
	if (*q->path_info != '\0')
		return show_one(c, q, rep);
	return *q->query != '\0' ? write_selected(c, q, rep) : write_all(c, q, rep);
}

static const struct endpoint info = {
    .name = "info",
    .takes_name = true,
    .operations = {{.method = "GET",
		    .files = SERVICE_USERS | SERVICE_MACHINES,
		    .needs = NEEDS_SESSION,
		    .reads_query = true,
		    .handle = handle_get}},
};

int main(int argc, char **argv)
{
	return endpoint_main(&info, argc, argv);
}
