/* /api/ticket: POST logs in or renews, GET tells whose ticket it is, DELETE logs out. */
#include "auth/login.h"
#include "core/json.h"
#include "http/endpoint.h"
#include "redis/redis.h"

#include <stdio.h>
#include <string.h>

/* The fields of the body. */
struct credentials {
	char username[USERNAME_MAX_BYTES + 1];
	char password[PASSWORD_MAX_BYTES + 1];
};

/* Decodes a field into `out`, or refuses the request. */
static enum result read_field(struct reply *rep, const struct json_field *f, char *out, size_t size)
{
	static const char *const faults[] = {[JSON_ABSENT] = "is missing",
					     [JSON_WRONG_TYPE] = "must be a string",
					     [JSON_TWICE] = "appears more than once"};
	const char *why = "is too long";
	char words[80];

	if (f->state != JSON_PRESENT)
		why = faults[f->state];
	else if (f->value.len == 2) /* its two quotes */
		why = "is empty";
	else
		switch (json_decode(f->value, out, size)) {
		case JSON_DECODED:
			return RESULT_OK;
		case JSON_NO_MEMORY:
			return reply_no_memory(rep);
		case JSON_TOO_LONG:
			break;
		}
	snprintf(words, sizeof words, "%s %s", f->name, why);
	return reply_explain(rep, RESULT_BAD_REQUEST, words);
}

/* Reads the username and the password from the body. */
static enum result read_credentials(const struct request *q, struct reply *rep,
				    struct credentials *c)
{
	struct json_field f[] = {JSON_FIELD("username", JSON_STRING),
				 JSON_FIELD("password", JSON_STRING)};

	switch (json_read(q->body, q->body_bytes, f, 2)) {
	case JSON_FINE:
		break;
	case JSON_NO_OBJECT:
		return reply_explain(rep, RESULT_BAD_REQUEST, "the body must be a JSON object");
	case JSON_INVALID:
		return reply_explain(rep, RESULT_BAD_REQUEST, "the body is not valid JSON");
	}
	enum result result = read_field(rep, &f[0], c->username, sizeof c->username);
	return result != RESULT_OK ? result
				   : read_field(rep, &f[1], c->password, sizeof c->password);
}

static void write_ticket(struct text *body, const struct login *l)
{
	char csrf[CRYPTO_DIGEST_LEN + 1];

	session_csrf(csrf, l->ticket);
	text_string(body, "{\"data\":{\"CSRFPreventionToken\":");
	text_json(body, csrf);
	text_string(body, ",\"ticket\":");
	text_json(body, l->ticket);
	text_string(body, ",\"username\":");
	text_json(body, l->session.username);
	text_string(body, ",\"expires\":");
	text_number(body, l->session.expires_at);
	text_string(body, "}}");
}

static enum result handle_post(struct endpoint_context *context, const struct request *q,
			       struct reply *rep)
{
	struct credentials c;
	struct login l = {
	    .address = q->remote_addr, .username = c.username, .password = c.password};
	enum result result = read_credentials(q, rep, &c);

	if (result == RESULT_OK) {
		memcpy(rep->user, c.username, sizeof c.username);
		result = endpoint_conclude(rep, login(&context->service->realm, &l));
	}
	if (result == RESULT_OK) {
		memcpy(rep->ticket_id, l.session.name.digest, TICKET_ID_LEN);
		write_ticket(&rep->body, &l);
	}
	crypto_wipe(c.password, sizeof c.password);
	return result;
}

static enum result handle_get(struct endpoint_context *context, const struct request *q,
			      struct reply *rep)
{
	const struct caller *caller = &context->caller;
	long long expires_at =
	    caller->has_token ? caller->token.expires_at : caller->session.expires_at;

	(void)q;
	text_string(&rep->body, "{\"data\":{\"username\":");
	text_json(&rep->body, caller->session.username);
	if (caller->has_token) {
		text_string(&rep->body, ",\"token\":");
		text_json(&rep->body, caller->token.name);
	}
	text_string(&rep->body, ",\"expires\":");
	if (expires_at >= 0)
		text_number(&rep->body, expires_at);
	else
		text_string(&rep->body, "null"); /* a token without an end */
	text_string(&rep->body, "}}");
	return RESULT_OK;
}

static enum result handle_delete(struct endpoint_context *context, const struct request *q,
				 struct reply *rep)
{
	struct redis *redis = context->service->realm.redis;
	const struct caller *caller = &context->caller;
	bool all = context->flags != 0;

	(void)q;
	if (caller->has_token)
		return reply_refuse(rep, RESULT_FORBIDDEN, "an API token cannot be logged out");
	enum result result =
	    all ? session_end_all(redis, &caller->session) : session_end(redis, &caller->session);
	if (result != RESULT_OK)
		return reply_refuse(rep, result, redis_error(redis));
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
	  .flags = {"all"},
	  .ends_session = true,
	  .handle = handle_delete}},
};

int main(int argc, char **argv)
{
	return endpoint_main(&ticket, argc, argv);
}
