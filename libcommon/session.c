#include "session.h"
#include "config.h"
#include "json.h"
#include "redis.h"
#include "text.h"

#include <string.h>

enum { END_ALL_AT_A_TIME = 500 };

/* A key of Redis: a prefix and a digest. */
struct key {
	char at[16 + CRYPTO_DIGEST_LEN + 1];
};

static void make_key(struct key *k, const char *prefix, const char *digest)
{
	size_t len = strlen(prefix);

	memcpy(k->at, prefix, len);
	memcpy(k->at + len, digest, CRYPTO_DIGEST_LEN + 1);
}

static void ticket_key(struct key *k, const char *digest)
{
	make_key(k, "ssa:ticket:", digest);
}

static void index_key(struct key *k, const char *username)
{
	char digest[CRYPTO_DIGEST_LEN + 1];

	crypto_digest(digest, NULL, "user", username, NULL);
	make_key(k, "ssa:user:", digest);
}

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
	struct key key;

	crypto_digest(s->digest, NULL, "ticket", ticket, NULL);
	ticket_key(&key, s->digest);
	redis_command(r, "GET", key.at, NULL);
}

static bool read_value(const char *text, size_t len, struct session *s)
{
	enum { NAME, FINGERPRINT, EXPIRES, RENEWABLE, FIELDS };
	struct json_field f[FIELDS] = {
	    [NAME] = JSON_FIELD("username", JSON_STRING),
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
	if (!redis_text(reply, &text, &len) || !read_value(text, len, s))
		return RESULT_UNAUTHENTICATED;
	return RESULT_OK;
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
	text_string(out, ",\"fingerprint\":");
	text_json(out, s->fingerprint);
	text_string(out, ",\"expires\":");
	text_number(out, s->expires_at);
	text_string(out, ",\"renewable_until\":");
	text_number(out, s->renewable_until);
	text_add(out, "}", 2); /* and a NUL: it is an argument of a command */
}

/* Queues the five commands that make a session. The index comes first: a ticket that is not in it
 * would outlive "log out everywhere". EXPIRE twice, so that the index lives as long as the last
 * ticket: NX where it has no end yet, GT where a longer one is due. */
enum { CREATE_COMMANDS = 5 };
static bool queue_create(struct redis *r, long long now, const struct session *s)
{
	char buffer[3][TEXT_DECIMAL_SIZE], past[TEXT_DECIMAL_SIZE + 1] = "("; /* (: below it */
	const char *expires_at = text_decimal(buffer[0], s->expires_at);
	const char *ttl_s = text_decimal(buffer[1], s->expires_at - now);
	struct key index, ticket;
	struct text value = {0};

	strcpy(past + 1, text_decimal(buffer[2], now));
	index_key(&index, s->username);
	ticket_key(&ticket, s->digest);
	write_value(&value, s);
	if (!value.failed) {
		redis_command(r, "ZREMRANGEBYSCORE", index.at, "-inf", past, NULL);
		redis_command(r, "ZADD", index.at, expires_at, s->digest, NULL);
		redis_command(r, "EXPIRE", index.at, ttl_s, "NX", NULL);
		redis_command(r, "EXPIRE", index.at, ttl_s, "GT", NULL);
		redis_command(r, "SET", ticket.at, value.at, "EX", ttl_s, "NX", NULL);
	}
	text_free(&value);
	return !value.failed;
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
	crypto_digest(s->digest, NULL, "ticket", ticket, NULL);
	fingerprint(s->fingerprint, ticket, stored_password);
	return true;
}

bool session_ask_create(struct redis *r, const struct config *c, long long now,
			const char *stored_password, struct session *s,
			char ticket[static CRYPTO_TICKET_LEN + 1])
{
	s->expires_at = now + c->ticket_ttl_s;
	s->renewable_until = now + c->ticket_max_s;
	return make_ticket(s, stored_password, ticket) && queue_create(r, now, s);
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
	struct text value = {0};
	struct key index, ticket_of_old;
	char buffer[2][TEXT_DECIMAL_SIZE];
	long long left_s = old->renewable_until - now;

	if (left_s <= 0)
		return RESULT_UNAUTHENTICATED;
	if (!make_ticket(s, stored_password, ticket))
		return RESULT_INTERNAL;
	memcpy(s->username, old->username, sizeof s->username);
	s->renewable_until = old->renewable_until;
	s->expires_at = now + (left_s < c->ticket_ttl_s ? left_s : c->ticket_ttl_s);

	if (graced.expires_at > now + SESSION_GRACE_S)
		graced.expires_at = now + SESSION_GRACE_S;
	if (graced.expires_at <= now)
		graced.expires_at = now + 1;
	index_key(&index, old->username);
	ticket_key(&ticket_of_old, old->digest);
	write_value(&value, &graced);
	bool queued = !value.failed && queue_create(r, now, s);
	if (queued) {
		redis_command(r, "ZADD", index.at, "XX", text_decimal(buffer[0], graced.expires_at),
			      old->digest, NULL);
		/* XX decides the race with a logout: if the old session has been ended, nothing brings
		 * it back, and the new one must not be. */
		redis_command(r, "SET", ticket_of_old.at, value.at, "EX",
			      text_decimal(buffer[1], graced.expires_at - now), "XX", NULL);
	}
	text_free(&value);
	if (!queued || !redis_send(r) || !take_create(r) || !redis_done(r))
		return RESULT_UNAVAILABLE;
	const struct redisReply *reply = redis_next(r);
	if (reply == NULL)
		return RESULT_UNAVAILABLE;
	if (!redis_is_nil(reply))
		return RESULT_OK;
	return session_end(r, s) == RESULT_OK ? RESULT_UNAUTHENTICATED : RESULT_UNAVAILABLE;
}

static bool is_digest(const struct redisReply *reply)
{
	const char *text;
	size_t len;

	return redis_text(reply, &text, &len) && len == CRYPTO_DIGEST_LEN && strlen(text) == len;
}

static void queue_end(struct redis *r, const struct key *index, const char *digest)
{
	struct key ticket;

	ticket_key(&ticket, digest);
	redis_command(r, "DEL", ticket.at, NULL);
	redis_command(r, "ZREM", index->at, digest, NULL);
}

/* Sends what queue_end queued for so many tickets. */
static enum result send_end(struct redis *r, size_t tickets)
{
	if (!redis_send(r))
		return RESULT_UNAVAILABLE;
	for (size_t i = 0; i < 2 * tickets; i++)
		if (!redis_done(r))
			return RESULT_UNAVAILABLE;
	return RESULT_OK;
}

enum result session_end(struct redis *r, const struct session *s)
{
	struct key index;

	index_key(&index, s->username);
	queue_end(r, &index, s->digest);
	return send_end(r, 1);
}

/* Until the index is empty, because a renewal beside it may have put a new ticket there before the old one
 * was deleted; one that comes later fails, see session_renew. */
enum result session_end_all(struct redis *r, const struct session *s)
{
	struct key index;
	size_t count;
	char last[TEXT_DECIMAL_SIZE];

	if (session_end(r, s) != RESULT_OK)
		return RESULT_UNAVAILABLE;
	index_key(&index, s->username);
	for (;;) {
		const struct redisReply *reply;
		redis_command(r, "ZRANGE", index.at, "0", text_decimal(last, END_ALL_AT_A_TIME - 1),
			      NULL);
		if (!redis_send(r) || (reply = redis_next(r)) == NULL)
			return RESULT_UNAVAILABLE;
		count = redis_count(reply);
		for (size_t i = 0; i < count; i++)
			if (!is_digest(redis_element(reply, i)))
				return RESULT_INTERNAL; /* not written by us */
		if (count == 0)
			return RESULT_OK;
		for (size_t i = 0; i < count; i++) {
			const char *digest;
			size_t len;
			redis_text(redis_element(reply, i), &digest, &len);
			queue_end(r, &index, digest);
		}
		if (send_end(r, count) != RESULT_OK)
			return RESULT_UNAVAILABLE;
	}
}
