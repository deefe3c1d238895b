#include "session.h"
#include "config.h"
#include "json.h"
#include "redis.h"
#include "text.h"

#include <errno.h>
#include <string.h>

bool session_is_ticket(const char *text)
{
	size_t len = 0;

	for (; text[len] != '\0'; len++) {
		char c = text[len];
		if (len == CRYPTO_TICKET_LEN ||
		    !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return len == CRYPTO_TICKET_LEN;
}

static void fingerprint(char out[static CRYPTO_DIGEST_LEN + 1], const char *ticket,
			const char *stored_password)
{
	crypto_digest(out, ticket, "fingerprint", stored_password, NULL);
}

void session_csrf(char out[static CRYPTO_DIGEST_LEN + 1], const char *ticket)
{
	crypto_digest(out, ticket, "csrf", NULL);
}

bool session_fits(const struct session *s, const char *ticket, const char *stored_password)
{
	char now[CRYPTO_DIGEST_LEN + 1];

	fingerprint(now, ticket, stored_password);
	return crypto_equal(now, s->fingerprint, CRYPTO_DIGEST_LEN);
}

void session_ask(struct redis *r, const char *ticket, struct session *s)
{
	char key[TICKETS_KEY_SIZE];

	crypto_digest(s->name.digest, NULL, "ticket", ticket, NULL);
	tickets_key(key, s->name.digest);
	redis_command(r, "GET", key, NULL);
}

static bool read_value(const char *text, size_t len, struct session *s)
{
	enum { NAME, LOGIN, FINGERPRINT, EXPIRES, RENEWABLE, FIELDS };
	struct json_field f[FIELDS] = {
	    [NAME] = JSON_FIELD("username", JSON_STRING),
	    [LOGIN] = JSON_FIELD("login", JSON_STRING),
	    [FINGERPRINT] = JSON_FIELD("fingerprint", JSON_STRING),
	    [EXPIRES] = JSON_FIELD("expires", JSON_NUMBER),
	    [RENEWABLE] = JSON_FIELD("renewable_until", JSON_NUMBER),
	};

	if (json_read(text, len, f, FIELDS) != JSON_FINE)
		return false;
	for (size_t i = 0; i < FIELDS; i++)
		if (f[i].state != JSON_PRESENT)
			return false;
	return json_decode(f[NAME].value, s->username, sizeof s->username) &&
	       json_decode(f[LOGIN].value, s->name.login, sizeof s->name.login) &&
	       strlen(s->name.login) == TICKETS_LOGIN_LEN &&
	       json_decode(f[FINGERPRINT].value, s->fingerprint, sizeof s->fingerprint) &&
	       strlen(s->fingerprint) == CRYPTO_DIGEST_LEN &&
	       json_integer(f[EXPIRES].value, &s->expires_at) &&
	       json_integer(f[RENEWABLE].value, &s->renewable_until);
}

enum result session_answer(struct redis *r, struct session *s)
{
	const struct redisReply *reply = redis_next(r);
	const char *text;
	size_t len;

	if (reply == NULL)
		return RESULT_UNAVAILABLE;
	errno = 0;
	if (redis_text(reply, &text, &len) && read_value(text, len, s))
		return RESULT_OK;
	return errno == ENOMEM ? RESULT_INTERNAL : RESULT_UNAUTHENTICATED;
}

void session_ask_time(struct redis *r)
{
	redis_command(r, "TIME", NULL);
}

enum result session_answer_time(struct redis *r, long long *now)
{
	const struct redisReply *reply = redis_next(r);

	if (reply == NULL)
		return RESULT_UNAVAILABLE;
	/* A range in which all sums of times fit: a Redis that is none can send anything. */
	if (redis_count(reply) != 2 || !redis_number(redis_element(reply, 0), now) || *now <= 0 ||
	    *now > 1LL << 40)
		return RESULT_UNAVAILABLE;
	return RESULT_OK;
}

static void write_value(struct text *out, const struct session *s)
{
	text_string(out, "{\"username\":");
	text_json(out, s->username);
	text_string(out, ",\"login\":");
	text_json(out, s->name.login);
	text_string(out, ",\"fingerprint\":");
	text_json(out, s->fingerprint);
	text_string(out, ",\"expires\":");
	text_number(out, s->expires_at);
	text_string(out, ",\"renewable_until\":");
	text_number(out, s->renewable_until);
	text_add(out, "}", 2); /* and a NUL: it is an argument of a command */
}

/* Queues SET of the session, and `condition`: NX to make it, XX to change one that lives. false: no memory, and nothing is
 * queued any more. */
static bool queue_set(struct redis *r, const struct session *s, const char *condition)
{
	char key[TICKETS_KEY_SIZE], expiry[TEXT_DECIMAL_SIZE];
	struct text value = {0};

	tickets_key(key, s->name.digest);
	write_value(&value, s);
	if (!value.failed)
		redis_command(r, "SET", key, value.at, "EXAT", text_decimal(expiry, s->expires_at),
			      condition, NULL);
	else
		redis_drop(r);
	bool queued = !value.failed;
	text_free(&value);
	return queued;
}

/* The index comes first: a ticket that is not in it would outlive "log out everywhere". */
enum { CREATE_COMMANDS = TICKETS_ADD_COMMANDS + 1 };
static bool queue_create(struct redis *r, long long now, const struct session *s)
{
	tickets_add(r, s->username, &s->name, now, s->expires_at);
	return queue_set(r, s, "NX");
}

static bool take_create(struct redis *r)
{
	for (int i = 0; i < CREATE_COMMANDS; i++)
		if (!redis_done(r))
			return false;
	return true;
}

/* A ticket and all that follows from it. */
static bool make_ticket(struct session *s, const char *stored_password,
			char ticket[static CRYPTO_TICKET_LEN + 1])
{
	if (!crypto_ticket(ticket))
		return false;
	crypto_digest(s->name.digest, NULL, "ticket", ticket, NULL);
	fingerprint(s->fingerprint, ticket, stored_password);
	return true;
}

bool session_ask_create(struct redis *r, const struct config *c, long long now,
			const char *stored_password, struct session *s,
			char ticket[static CRYPTO_TICKET_LEN + 1])
{
	s->expires_at = now + c->ticket_ttl_s;
	s->renewable_until = now + c->ticket_max_s;
	if (!make_ticket(s, stored_password, ticket))
		return false;
	memcpy(s->name.login, s->name.digest, TICKETS_LOGIN_LEN);
	s->name.login[TICKETS_LOGIN_LEN] = '\0';
	return queue_create(r, now, s);
}

enum result session_answer_create(struct redis *r)
{
	return take_create(r) ? RESULT_OK : RESULT_UNAVAILABLE;
}

enum result session_renew(struct redis *r, const struct config *c, long long now,
			  const char *stored_password, const struct session *old, struct session *s,
			  char ticket[static CRYPTO_TICKET_LEN + 1])
{
	struct session graced = *old;
	long long left_s = old->renewable_until - now;
	const struct redisReply *reply;

	if (left_s <= 0)
		return RESULT_UNAUTHENTICATED;
	*s = *old;
	s->expires_at = now + (left_s < c->ticket_ttl_s ? left_s : c->ticket_ttl_s);
	if (graced.expires_at > now + SESSION_GRACE_S)
		graced.expires_at = now + SESSION_GRACE_S;
	if (graced.expires_at <= now)
		graced.expires_at = now + 1;

	/* XX decides the race with a logout: if the old session has been ended, nothing brings it back, and the new
	 * one must not be. */
	if (!make_ticket(s, stored_password, ticket) || !queue_create(r, now, s))
		return RESULT_INTERNAL;
	tickets_move(r, old->username, &old->name, graced.expires_at);
	if (!queue_set(r, &graced, "XX"))
		return RESULT_INTERNAL;
	if (!redis_send(r) || !take_create(r) || !redis_done(r) || (reply = redis_next(r)) == NULL)
		return RESULT_UNAVAILABLE;
	if (redis_is_nil(reply))
		return tickets_end_one(r, s->username, &s->name) == RESULT_OK
			   ? RESULT_UNAUTHENTICATED
			   : RESULT_UNAVAILABLE;
	if (s->expires_at < old->expires_at)
		tickets_trim(r, s->username);
	return RESULT_OK;
}

/* The ticket in hand is ended first, so that it is dead even where the index has been lost. */
static enum result end(struct redis *r, const struct session *s, const char *login)
{
	enum result result = tickets_end_one(r, s->username, &s->name);

	if (result == RESULT_OK)
		result = tickets_end(r, s->username, login);
	if (result == RESULT_OK && login != NULL)
		tickets_trim(r, s->username);
	return result;
}

enum result session_end(struct redis *r, const struct session *s)
{
	return end(r, s, s->name.login);
}

enum result session_end_all(struct redis *r, const struct session *s)
{
	return end(r, s, NULL);
}
