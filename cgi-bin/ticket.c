/* /api/ticket: POST logs in or renews, GET tells who one is, DELETE logs out. */
#include "authenticate.h"
#include "endpoint.h"
#include "json.h"
#include "password.h"
#include "redis.h"
#include "regulation.h"
#include "request.h"
#include "service.h"
#include "slots.h"

#include <string.h>

/* The words that fail2ban's filters look for. A fault of ours is not logged under them: nobody is
 * to be banned because Redis is down. */
static const char failure[] = "authentication failure";

/* A login attempt on its way. */
struct attempt {
	char username[USERS_NAME_MAX_BYTES + 1];
	char password[USERS_PASSWORD_MAX_BYTES + 1];
	struct regulation regulation;
	long long now;         /* by Redis's clock */
	enum result old_found; /* RESULT_OK: the password is a live ticket … */
	struct session old;    /* … of this session */
	struct user user;
	bool known; /* user is that of username */
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

/* The body's username and password. */
static enum result read_credentials(const struct request *q, struct reply *rep, struct attempt *a)
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
	if (take_field(&f[0], &of_name, a->username, sizeof a->username, &rep->message) &&
	    take_field(&f[1], &of_password, a->password, sizeof a->password, &rep->message))
		return RESULT_OK;
	return reply_refuse(rep, RESULT_BAD_REQUEST, rep->message);
}

/* One round trip before any password is looked at: can Redis write, what time is it, may this
 * attempt go on, and is the password a ticket? The file is read while Redis works. */
static enum result consult(struct service *s, struct reply *rep, struct attempt *a)
{
	bool maybe_ticket = session_is_ticket(a->password);

	redis_probe(s->redis);
	session_ask_time(s->redis);
	regulation_ask(&a->regulation, s->redis);
	if (maybe_ticket)
		session_ask(s->redis, a->password, &a->old);
	bool sent = redis_send(s->redis);
	service_refresh(s, SERVICE_USERS);

	if (!sent || !redis_done(s->redis) || session_answer_time(s->redis, &a->now) != RESULT_OK)
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	enum result result = regulation_answer(&a->regulation, s->redis);
	a->old_found = maybe_ticket ? session_answer(s->redis, &a->old) : RESULT_UNAUTHENTICATED;
	if (result == RESULT_UNAVAILABLE || a->old_found == RESULT_UNAVAILABLE)
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	if (result == RESULT_TOO_MANY) {
		rep->retry_after_s = regulation_wait_s(&a->regulation, s->redis);
		if (rep->retry_after_s == 0)
			return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
		rep->event = failure;
		return reply_refuse(rep, result, regulation_broken(&a->regulation));
	}
	if (!s->users_usable)
		return reply_refuse(rep, RESULT_INTERNAL, "users.json has no good version");
	return RESULT_OK;
}

static enum result succeed(struct reply *rep, const char *event, const struct session *made,
			   const char *ticket)
{
	char csrf[CRYPTO_DIGEST_LEN + 1];

	rep->event = event;
	session_csrf(csrf, ticket);
	memcpy(rep->ticket_id, made->name.digest, 8);
	text_string(&rep->body, "{\"data\":{\"CSRFPreventionToken\":");
	text_json(&rep->body, csrf);
	text_string(&rep->body, ",\"ticket\":");
	text_json(&rep->body, ticket);
	text_string(&rep->body, ",\"username\":");
	text_json(&rep->body, made->username);
	text_string(&rep->body, ",\"expires\":");
	text_number(&rep->body, made->expires_at);
	text_string(&rep->body, "}}");
	return RESULT_OK;
}

/* Counts the failure and says no: the same bytes whatever the reason. */
static enum result fail(struct service *s, struct reply *rep, const struct attempt *a,
			const char *why)
{
	if (regulation_count(&a->regulation, s->redis) != RESULT_OK)
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	rep->event = failure;
	return reply_refuse(rep, RESULT_UNAUTHENTICATED, why);
}

static bool is_renewal(const struct attempt *a)
{
	return a->old_found == RESULT_OK && strcmp(a->old.username, a->username) == 0 && a->known &&
	       !a->user.disabled && session_fits(&a->old, a->password, a->user.password);
}

static enum result renew(struct service *s, struct reply *rep, const struct attempt *a)
{
	struct session made;
	char ticket[CRYPTO_TICKET_LEN + 1];

	switch (
	    session_renew(s->redis, s->config, a->now, a->user.password, &a->old, &made, ticket)) {
	case RESULT_OK:
		return succeed(rep, "renewal", &made, ticket);
	case RESULT_UNAUTHENTICATED:
		return fail(s, rep, a,
			    "the ticket was ended meanwhile or cannot be renewed any more");
	case RESULT_INTERNAL:
		return reply_refuse(rep, RESULT_INTERNAL, "no random bytes or no memory");
	default:
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	}
}

static enum result log_in(struct service *s, struct reply *rep, const struct attempt *a)
{
	struct session made;
	char ticket[CRYPTO_TICKET_LEN + 1];
	bool disabled = a->known && a->user.disabled;
	const char *why;
	/* A disabled user costs what an unknown one costs, so nobody learns whether the password was right. */
	enum result result = password_verify(a->known && !disabled ? a->user.password : NULL,
					     users_work_like(&s->users), a->password, &why);

	if (result == RESULT_UNAVAILABLE)
		return reply_refuse(rep, result, "no memory for the password hash");
	if (result != RESULT_OK)
		return fail(s, rep, a, disabled ? "the user is disabled" : why);

	memcpy(made.username, a->username, sizeof made.username);
	if (!session_ask_create(s->redis, s->config, a->now, a->user.password, &made, ticket))
		return reply_refuse(rep, RESULT_INTERNAL, "no random bytes or no memory");
	regulation_clear(&a->regulation, s->redis);
	if (!redis_send(s->redis) || session_answer_create(s->redis) != RESULT_OK ||
	    !redis_done(s->redis))
		return reply_refuse(rep, RESULT_UNAVAILABLE, redis_error(s->redis));
	return succeed(rep, "login", &made, ticket);
}

/* With a hashing slot taken. Failures are counted before the slot is given back: so as many guesses
 * as there are slots can pass the limit, and no more. */
static enum result decide(struct service *s, struct reply *rep, struct attempt *a)
{
	enum result result = consult(s, rep, a);

	if (result != RESULT_OK)
		return result;
	a->known = users_find(&s->users, a->username, &a->user);
	return is_renewal(a) ? renew(s, rep, a) : log_in(s, rep, a);
}

static enum result attempt(struct service *s, struct reply *rep, struct attempt *a)
{
	int slot = slots_try();

	if (slot == SLOTS_NONE) {
		/* Who has to wait asks Redis before, so that an outage or a regulated user does not
		 * wait in a queue to hear of it. */
		enum result result = consult(s, rep, a);
		if (result != RESULT_OK)
			return result;
		slot = slots_wait();
	}
	if (slot == SLOTS_FAILED)
		return reply_refuse(rep, RESULT_UNAVAILABLE,
				    "no System V semaphores for hashing slots");
	enum result result = decide(s, rep, a);
	slots_release(slot);
	return result;
}

static enum result handle_post(struct service *s, const struct request *q, struct reply *rep,
			       const struct asked *asked)
{
	(void)asked; /* what Redis is asked depends on the body, and belongs into a hashing slot */
	struct attempt a;
	enum result result = read_credentials(q, rep, &a);

	if (result == RESULT_OK) {
		memcpy(rep->user, a.username, sizeof a.username);
		regulation_begin(&a.regulation, s->config, a.username, q->remote_addr);
		result = attempt(s, rep, &a);
	}
	crypto_wipe(a.password, sizeof a.password);
	crypto_wipe(a.user.password, sizeof a.user.password);
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
