#include "store/session.h"
#include "core/config.h"
#include "core/json.h"
#include "core/text.h"
#include "redis/redis.h"
#include "redis/resp.h"

#include <string.h>

enum { SECOND_US = 1000000 };

bool session_is_ticket(const char *text)
{
	return crypto_is_base64url(text, SESSION_TICKET_LEN);
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

/* A value that this program did not write can hold any number. In this range no sum overflows. */
static bool read_time(const struct json_field *f, long long *unix_s)
{
	return f->state == JSON_PRESENT && json_integer(f->value, unix_s) && *unix_s > 0 &&
	       *unix_s <= 1LL << 40;
}

static enum result read_text(const struct json_field *f, char *out, size_t size)
{
	if (f->state != JSON_PRESENT)
		return RESULT_UNAUTHENTICATED;
	switch (json_decode(f->value, out, size)) {
	case JSON_DECODED:
		return RESULT_OK;
	case JSON_TOO_LONG:
		return RESULT_UNAUTHENTICATED;
	default:
		return RESULT_INTERNAL; /* no memory */
	}
}

enum result session_read(const char *text, size_t len, struct session *s)
{
	enum { NAME, LOGIN, FINGERPRINT, EXPIRES, RENEWABLE, FIELDS };
	struct json_field f[FIELDS] = {
	    [NAME] = JSON_FIELD("username", JSON_STRING),
	    [LOGIN] = JSON_FIELD("login", JSON_STRING),
	    [FINGERPRINT] = JSON_FIELD("fingerprint", JSON_STRING),
	    [EXPIRES] = JSON_FIELD("expires", JSON_NUMBER),
	    [RENEWABLE] = JSON_FIELD("renewable_until", JSON_NUMBER),
	};

	if (json_read(text, len, f, FIELDS) != JSON_FINE ||
	    !read_time(&f[EXPIRES], &s->expires_at) ||
	    !read_time(&f[RENEWABLE], &s->renewable_until))
		return RESULT_UNAUTHENTICATED;
	enum result result = read_text(&f[NAME], s->username, sizeof s->username);
	if (result == RESULT_OK)
		result = read_text(&f[LOGIN], s->name.login, sizeof s->name.login);
	if (result == RESULT_OK)
		result = read_text(&f[FINGERPRINT], s->fingerprint, sizeof s->fingerprint);
	if (result == RESULT_OK && (strlen(s->name.login) != TICKET_LOGIN_LEN ||
				    strlen(s->fingerprint) != CRYPTO_DIGEST_LEN))
		result = RESULT_UNAUTHENTICATED;
	return result;
}

static bool take_session(void *into, const struct redisReply *reply)
{
	struct session *s = into;
	const char *text;
	size_t len;

	s->found =
	    resp_text(reply, &text, &len) ? session_read(text, len, s) : RESULT_UNAUTHENTICATED;
	return true;
}

void session_ask_key(struct redis *r, const char *key, struct session *s)
{
	s->found = RESULT_UNAVAILABLE;
	redis_guard(r, store_key_tag(key));
	redis_ask(r, take_session, s, "GET", key, NULL);
}

void session_ask(struct redis *r, const char *ticket, struct session *s)
{
	char key[STORE_KEY_SIZE];

	store_key_ticket_digest(s->name.digest, ticket);
	store_key_ticket(key, ticket, s->name.digest);
	session_ask_key(r, key, s);
}

/* As JSON makes a string of it. */
enum { ESCAPED_MAX = 6, VALUE_SIZE = ESCAPED_MAX * USERNAME_MAX_BYTES + 256 };

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
	text_add(out, "}", 2); /* with the NUL, as an argument of a command needs it */
}

/* Queues SET of the session. `condition` is NX to make a session, or XX to change a live one. */
static void queue_set(struct redis *r, redis_take *take, void *into, const struct session *s,
		      const char *condition)
{
	char user[CRYPTO_DIGEST_LEN + 1], key[STORE_KEY_SIZE], expiry[TEXT_DECIMAL_SIZE];
	char buffer[VALUE_SIZE];
	struct text value = {.at = buffer, .cap = sizeof buffer};

	store_key_user_digest(user, s->username);
	store_key_ticket(key, user, s->name.digest);
	write_value(&value, s);
	redis_ask(r, take, into, "SET", key, value.at, "EXAT", text_decimal(expiry, s->expires_at),
		  condition, NULL);
}

/* Queues the commands of a new session. The index is written before the ticket. If a ticket were
 * not in the index, it would stay alive after "log out everywhere". */
static void queue_create(struct redis *r, const struct config *c, long long now_us,
			 const struct session *s)
{
	ticket_index_add(r, s->username, &s->name, now_us, c->ticket_ttl_s, s->expires_at);
	queue_set(r, NULL, NULL, s, "NX");
}

/* Makes a ticket, its digest and the fingerprint. false: no random bytes. */
static bool make_ticket(struct session *s, const char *stored_password,
			char ticket[static SESSION_TICKET_LEN + 1])
{
	char user[CRYPTO_DIGEST_LEN + 1];

	store_key_user_digest(user, s->username);
	memcpy(ticket, user, TAG_LEN);
	if (!crypto_random(ticket + TAG_LEN, SESSION_TICKET_LEN - TAG_LEN))
		return false;
	store_key_ticket_digest(s->name.digest, ticket);
	fingerprint(s->fingerprint, ticket, stored_password);
	return true;
}

static enum result drop(struct redis *r, enum result result, const char *why)
{
	redis_drop(r);
	redis_fault(r, why);
	return result;
}

/* Runs the batch of a new session, and ends surplus tickets. Returns false if the batch failed. */
static bool run(struct redis *r, const struct config *c, const struct session *s,
		enum result *result)
{
	struct redisReply *surplus = NULL;

	tickets_ask_surplus(r, s->username, c->tickets_per_user, &surplus);
	bool ran = redis_run(r);
	if (ran)
		*result =
		    tickets_end_surplus(r, s->username, &s->name, c->tickets_per_user, surplus);
	resp_free(surplus);
	return ran;
}

/* Takes back a session that too few replicas have. The client does not get its ticket, so this is
 * best effort. */
static enum result take_back(struct redis *r, const struct session *s)
{
	tickets_end_one(r, s->username, &s->name);
	return RESULT_UNAVAILABLE;
}

enum result session_create(struct redis *r, const struct config *c, long long now_us,
			   const char *stored_password, struct session *s,
			   char ticket[static SESSION_TICKET_LEN + 1])
{
	long long now = now_us / SECOND_US;
	enum result result;

	s->expires_at = now + c->ticket_ttl_s;
	s->renewable_until = now + c->ticket_max_s;
	if (!make_ticket(s, stored_password, ticket))
		return drop(r, RESULT_INTERNAL, "no random bytes");
	memcpy(s->name.login, s->name.digest, TICKET_LOGIN_LEN);
	s->name.login[TICKET_LOGIN_LEN] = '\0';
	queue_create(r, c, now_us, s);
	if (!run(r, c, s, &result))
		return RESULT_UNAVAILABLE;
	return redis_replicated(r) ? result : take_back(r, s);
}

static bool take_set(void *into, const struct redisReply *reply)
{
	*(bool *)into = !resp_is_nil(reply);
	return true;
}

/* Also gives the old session its time back, unless it was ended meanwhile (XX). */
static enum result take_renewal_back(struct redis *r, const struct session *old,
				     const struct session *s)
{
	ticket_index_restore(r, old->username, &old->name, old->expires_at);
	queue_set(r, NULL, NULL, old, "XX");
	redis_run(r);
	return take_back(r, s);
}

enum result session_renew(struct redis *r, const struct config *c, long long now_us,
			  const char *stored_password, const struct session *old, struct session *s,
			  char ticket[static SESSION_TICKET_LEN + 1])
{
	struct session graced = *old;
	long long now = now_us / SECOND_US, left_s = old->renewable_until - now;
	bool old_lives = false;
	enum result result;

	if (left_s <= 0)
		return drop(r, RESULT_UNAUTHENTICATED, "the ticket cannot be renewed any more");
	*s = *old;
	s->expires_at = now + (left_s < c->ticket_ttl_s ? left_s : c->ticket_ttl_s);
	if (graced.expires_at > now + SESSION_GRACE_S)
		graced.expires_at = now + SESSION_GRACE_S;
	if (graced.expires_at <= now)
		graced.expires_at = now + 1;
	if (!make_ticket(s, stored_password, ticket))
		return drop(r, RESULT_INTERNAL, "no random bytes");
	queue_create(r, c, now_us, s);
	ticket_index_replace(r, old->username, &old->name, now_us, graced.expires_at);
	/* XX decides the race with a logout: if the old session was ended, SET does not make it
	 * again, and the new session must not live either. */
	queue_set(r, take_set, &old_lives, &graced, "XX");
	if (!run(r, c, s, &result))
		return RESULT_UNAVAILABLE;
	if (!redis_replicated(r))
		return take_renewal_back(r, old, s);
	if (!old_lives && result == RESULT_OK) {
		if (tickets_end_one(r, s->username, &s->name) != RESULT_OK)
			return RESULT_UNAVAILABLE;
		redis_fault(r, "the ticket was ended meanwhile");
		return RESULT_UNAUTHENTICATED;
	}
	if (result == RESULT_OK && s->expires_at < old->expires_at)
		ticket_index_trim(r, s->username);
	return result;
}

enum result session_end(struct redis *r, const struct session *s)
{
	enum result result = tickets_end(r, s->username, &s->name, TICKETS_OF_LOGIN);

	if (result == RESULT_OK)
		ticket_index_trim(r, s->username);
	return result;
}

enum result session_end_all(struct redis *r, const struct session *s)
{
	return tickets_end(r, s->username, &s->name, TICKETS_OF_USER);
}
