/* /api/ticket: POST logs in or renews, GET tells whose ticket it is, DELETE logs out. */
#include "auth/login.h"
#include "core/json.h"
#include "http/endpoint.h"
#include "redis/redis.h"

#include <string.h>

/* The fields of the body. */
struct credentials {
	char username[USERNAME_MAX_BYTES + 1];
	char password[PASSWORD_MAX_BYTES + 1];
};

/* The messages about one of the two fields. `state` has one for each value of enum json_state, in
 * its order; NULL: nothing is wrong. */
struct complaints {
	const char *state[4], *empty, *too_long;
};
#define COMPLAINTS(name)                                                                           \
	{                                                                                          \
		{name " is missing", NULL, name " must be a string", name " stands twice"},        \
		    name " is empty", name " is too long"                                          \
	}

/* Takes a field into `out` and returns NULL, or returns what is wrong with the field. If there is
 * no memory, *no_memory becomes true, and the message does not count. */
static const char *take_field(const struct json_field *f, const struct complaints *c, char *out,
			      size_t size, bool *no_memory)
{
	if (f->state != JSON_PRESENT)
		return c->state[f->state];
	if (f->value.len == 2)
		return c->empty;
	enum json_decoded decoded = json_decode(f->value, out, size);
	*no_memory = decoded == JSON_NO_MEMORY;
	return decoded == JSON_DECODED ? NULL : c->too_long;
}

/* Reads the username and the password from the body. */
static enum result read_credentials(const struct request *q, struct reply *rep,
				    struct credentials *c)
{
	static const struct complaints of_name = COMPLAINTS("username"),
				       of_password = COMPLAINTS("password");
	struct json_field f[] = {JSON_FIELD("username", JSON_STRING),
				 JSON_FIELD("password", JSON_STRING)};

	switch (json_read(q->body, q->body_bytes, f, 2)) {
	case JSON_FINE:
		break;
	case JSON_NO_OBJECT:
		rep->message = "the body must be a JSON object";
		return reply_refuse(rep, RESULT_BAD_REQUEST, rep->message);
	default:
		rep->message = "the body is not valid JSON";
		return reply_refuse(rep, RESULT_BAD_REQUEST, rep->message);
	}
	bool no_memory = false;
	rep->message = take_field(&f[0], &of_name, c->username, sizeof c->username, &no_memory);
	if (rep->message == NULL)
		rep->message =
		    take_field(&f[1], &of_password, c->password, sizeof c->password, &no_memory);
	if (rep->message == NULL)
		return RESULT_OK;
	if (no_memory) {
		rep->message = NULL;
		return reply_refuse(rep, RESULT_INTERNAL, "out of memory");
	}
	return reply_refuse(rep, RESULT_BAD_REQUEST, rep->message);
}

static void write_ticket(struct text *body, const struct session *made, const char *ticket)
{
	char csrf[CRYPTO_DIGEST_LEN + 1];

	session_csrf(csrf, ticket);
	text_string(body, "{\"data\":{\"CSRFPreventionToken\":");
	text_json(body, csrf);
	text_string(body, ",\"ticket\":");
	text_json(body, ticket);
	text_string(body, ",\"username\":");
	text_json(body, made->username);
	text_string(body, ",\"expires\":");
	text_number(body, made->expires_at);
	text_string(body, "}}");
}

static enum result handle_post(struct endpoint_context *context, const struct request *q,
			       struct reply *rep)
{
	struct credentials c;
	struct session made;
	char ticket[SESSION_TICKET_LEN + 1];
	enum result result = read_credentials(q, rep, &c);

	if (result == RESULT_OK) {
		memcpy(rep->user, c.username, sizeof c.username);
		result = login(context->service, rep, q->remote_addr, c.username, c.password, &made,
			       ticket);
	}
	if (result == RESULT_OK) {
		memcpy(rep->ticket_id, made.name.digest, TICKET_ID_LEN);
		write_ticket(&rep->body, &made, ticket);
	}
	crypto_wipe(c.password, sizeof c.password);
	return result;
}

static enum result handle_get(struct endpoint_context *context, const struct request *q,
			      struct reply *rep)
{
	const struct session *session = &context->caller.session;

	(void)q;
	text_string(&rep->body, "{\"data\":{\"username\":");
	text_json(&rep->body, session->username);
	text_string(&rep->body, ",\"expires\":");
	text_number(&rep->body, session->expires_at);
	text_string(&rep->body, "}}");
	return RESULT_OK;
}

static enum result handle_delete(struct endpoint_context *context, const struct request *q,
				 struct reply *rep)
{
	struct redis *redis = context->service->redis;
	const struct session *session = &context->caller.session;
	bool all = request_has_parameter(q, "all");
	enum result result = all ? session_end_all(redis, session) : session_end(redis, session);

	if (result != RESULT_OK)
		return reply_refuse(rep, result,
				    result == RESULT_INTERNAL ? "the user's index is not ours"
							      : redis_error(redis));
	rep->event = all ? "logout of all tickets" : "logout";
	return rep->result = RESULT_NO_CONTENT;
}

static const struct endpoint ticket = {
    .name = "ticket",
    .slow = true, /* a login waits for its password hash */
    .operations =
	{{.method = "GET", .files = SERVICE_USERS, .needs = NEEDS_SESSION, .handle = handle_get},
	 /* What Redis is asked depends on the body. It must be asked within a hashing slot. */
	 {.method = "POST",
	  .body_max_bytes = REQUEST_BODY_MAX_BYTES,
	  .needs = NEEDS_NOTHING,
	  .handle = handle_post},
	 {.method = "DELETE",
	  .files = SERVICE_USERS,
	  .needs = NEEDS_SESSION,
	  .ends_session = true,
	  .handle = handle_delete}},
};

int main(void)
{
	return endpoint_main(&ticket);
}
