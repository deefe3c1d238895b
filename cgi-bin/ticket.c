/* /api/ticket: POST logs in or renews, GET tells who one is, DELETE logs out. */
#include "authenticate.h"
#include "endpoint.h"
#include "json.h"
#include "login.h"
#include "redis.h"
#include "request.h"
#include "service.h"

#include <errno.h>
#include <string.h>

/* What the body holds. */
struct credentials {
	char username[USERS_NAME_MAX_BYTES + 1];
	char password[USERS_PASSWORD_MAX_BYTES + 1];
};

/* What is wrong with one of the two fields: its messages, in the order of enum json_state, and two
 * more. */
struct complaints {
	const char *state[4], *empty, *too_long;
};
#define COMPLAINTS(name)                                                                           \
	{                                                                                          \
		{name " is missing", NULL, name " must be a string", name " stands twice"},        \
		    name " is empty", name " is too long"                                          \
	}

static bool take_field(const struct json_field *f, const struct complaints *c, char *out,
		       size_t size, const char **message)
{
	if (f->state != JSON_PRESENT)
		*message = c->state[f->state];
	else if (f->value.len == 2)
		*message = c->empty;
	else if (!json_decode(f->value, out, size))
		*message = c->too_long;
	else
		return true;
	return false;
}

static bool take_both(const struct json_field f[2], struct credentials *c, const char **message)
{
	static const struct complaints of_name = COMPLAINTS("username"),
				       of_password = COMPLAINTS("password");

	return take_field(&f[0], &of_name, c->username, sizeof c->username, message) &&
	       take_field(&f[1], &of_password, c->password, sizeof c->password, message);
}

/* The body's username and password. */
static enum result read_credentials(const struct request *q, struct reply *rep,
				    struct credentials *c)
{
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
	errno = 0;
	if (take_both(f, c, &rep->message))
		return RESULT_OK;
	if (errno == ENOMEM) {
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

static enum result handle_post(struct service *s, const struct request *q, struct reply *rep,
			       const struct asked *asked)
{
	struct credentials c;
	struct session made;
	char ticket[CRYPTO_TICKET_LEN + 1];
	enum result result = read_credentials(q, rep, &c);

	(void)asked; /* what Redis is asked depends on the body, and belongs into a hashing slot */
	if (result == RESULT_OK) {
		memcpy(rep->user, c.username, sizeof c.username);
		result = login(s, rep, q->remote_addr, c.username, c.password, &made, ticket);
	}
	if (result == RESULT_OK) {
		memcpy(rep->ticket_id, made.name.digest, 8);
		write_ticket(&rep->body, &made, ticket);
	}
	crypto_wipe(c.password, sizeof c.password);
	return result;
}

static enum result handle_get(struct service *s, const struct request *q, struct reply *rep,
			      const struct asked *asked)
{
	struct user user;
	enum result result = authenticate(s, q, rep, asked, &user);

	if (result != RESULT_OK)
		return result;
	text_string(&rep->body, "{\"data\":{\"username\":");
	text_json(&rep->body, asked->session.username);
	text_string(&rep->body, ",\"expires\":");
	text_number(&rep->body, asked->session.expires_at);
	text_string(&rep->body, "}}");
	return RESULT_OK;
}

static enum result handle_delete(struct service *s, const struct request *q, struct reply *rep,
				 const struct asked *asked)
{
	struct user user;
	enum result result = authenticate(s, q, rep, asked, &user);

	if (result != RESULT_OK)
		return result;
	bool all = request_has_parameter(q, "all");
	result = all ? session_end_all(s->redis, &asked->session)
		     : session_end(s->redis, &asked->session);
	if (result != RESULT_OK)
		return reply_refuse(rep, result,
				    result == RESULT_INTERNAL ? "the user's index is not ours"
							      : redis_error(s->redis));
	rep->event = all ? "logout of all tickets" : "logout";
	return rep->result = RESULT_NO_CONTENT;
}

static const struct endpoint ticket = {
    .name = "ticket",
    .allow = "GET, HEAD, POST, DELETE, OPTIONS",
    .at_a_time = 1,
    .operations = {{.method = "POST",
		    .body_max_bytes = REQUEST_BODY_MAX_BYTES,
		    .handle = handle_post},
		   {.method = "GET",
		    .files = SERVICE_USERS,
		    .ask = authenticate_ask,
		    .take = authenticate_take,
		    .handle = handle_get},
		   {.method = "DELETE",
		    .files = SERVICE_USERS,
		    .ask = authenticate_ask,
		    .take = authenticate_take,
		    .handle = handle_delete}},
};

int main(void)
{
	return endpoint_main(&ticket);
}
