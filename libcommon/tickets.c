#include "tickets.h"
#include "redis.h"
#include "text.h"

#include <stdbool.h>
#include <string.h>

enum { MEMBER_LEN = TICKETS_LOGIN_LEN + 1 + CRYPTO_DIGEST_LEN };
#define PAGE "500" /* members read at a time */

static void make_key(char key[static TICKETS_KEY_SIZE], const char *prefix, const char *digest)
{
	size_t len = strlen(prefix);

	memcpy(key, prefix, len);
	memcpy(key + len, digest, CRYPTO_DIGEST_LEN + 1);
}

void tickets_key(char key[static TICKETS_KEY_SIZE], const char *digest)
{
	make_key(key, "ssa:ticket:", digest);
}

static void index_key(char key[static TICKETS_KEY_SIZE], const char *username)
{
	char digest[CRYPTO_DIGEST_LEN + 1];

	crypto_digest(digest, NULL, "user", username, NULL);
	make_key(key, "ssa:user:", digest);
}

static void make_member(char member[static MEMBER_LEN + 1], const struct ticket_name *t)
{
	memcpy(member, t->login, TICKETS_LOGIN_LEN);
	member[TICKETS_LOGIN_LEN] = ':';
	memcpy(member + TICKETS_LOGIN_LEN + 1, t->digest, CRYPTO_DIGEST_LEN + 1);
}

void tickets_add(struct redis *r, const char *username, const struct ticket_name *t, long long now,
		 long long expires_at)
{
	char index[TICKETS_KEY_SIZE], member[MEMBER_LEN + 1], buffer[2][TEXT_DECIMAL_SIZE];
	char before_now[TEXT_DECIMAL_SIZE + 1] = "("; /* an open end of a range */
	const char *expiry = text_decimal(buffer[0], expires_at);

	index_key(index, username);
	make_member(member, t);
	strcpy(before_now + 1, text_decimal(buffer[1], now));
	/* GT where there is an index, and before anything else, so that it does not expire between these commands;
	 * NX where there was none. */
	redis_command(r, "EXPIREAT", index, expiry, "GT", NULL);
	redis_command(r, "ZREMRANGEBYSCORE", index, "-inf", before_now, NULL);
	redis_command(r, "ZADD", index, expiry, member, NULL);
	redis_command(r, "EXPIREAT", index, expiry, "NX", NULL);
}

void tickets_move(struct redis *r, const char *username, const struct ticket_name *t,
		  long long expires_at)
{
	char index[TICKETS_KEY_SIZE], member[MEMBER_LEN + 1], buffer[TEXT_DECIMAL_SIZE];

	index_key(index, username);
	make_member(member, t);
	redis_command(r, "ZADD", index, "XX", text_decimal(buffer, expires_at), member, NULL);
}

static void queue_end(struct redis *r, const char *index, const char *member)
{
	char ticket[TICKETS_KEY_SIZE];

	tickets_key(ticket, member + TICKETS_LOGIN_LEN + 1);
	redis_command(r, "DEL", ticket, NULL);
	redis_command(r, "ZREM", index, member, NULL);
}

/* Sends what queue_end queued for so many tickets. */
static bool send_end(struct redis *r, size_t tickets)
{
	if (tickets == 0)
		return true;
	if (!redis_send(r))
		return false;
	for (size_t i = 0; i < 2 * tickets; i++)
		if (!redis_done(r))
			return false;
	return true;
}

enum result tickets_end_one(struct redis *r, const char *username, const struct ticket_name *t)
{
	char index[TICKETS_KEY_SIZE], member[MEMBER_LEN + 1];

	index_key(index, username);
	make_member(member, t);
	queue_end(r, index, member);
	return send_end(r, 1) ? RESULT_OK : RESULT_UNAVAILABLE;
}

/* The i-th text of a page of ZSCAN, a member or its score; NULL: it is none. */
static const char *text_of(const struct redisReply *page, size_t i)
{
	const char *text;
	size_t len;

	return redis_text(redis_element(page, i), &text, &len) && strlen(text) == len ? text : NULL;
}

/* Ends the tickets of a login on one page of the index, from `cursor`, which moves on. ZSCAN and not a range of ranks:
 * what others add and remove meanwhile shifts ranks, and a ticket would be passed over. */
static enum result end_page(struct redis *r, const char *index, const char *login,
			    char cursor[static TEXT_DECIMAL_SIZE], size_t *ended)
{
	char match[TICKETS_LOGIN_LEN + 2] = "*";
	const struct redisReply *reply;
	const char *next;
	size_t mine = 0;

	if (login != NULL) {
		memcpy(match, login, TICKETS_LOGIN_LEN);
		strcpy(match + TICKETS_LOGIN_LEN, "*");
	}
	redis_command(r, "ZSCAN", index, cursor, "MATCH", match, "COUNT", PAGE, NULL);
	if (!redis_send(r) || (reply = redis_next(r)) == NULL)
		return RESULT_UNAVAILABLE;
	if (redis_count(reply) != 2 || (next = text_of(reply, 0)) == NULL ||
	    strlen(next) >= TEXT_DECIMAL_SIZE)
		return RESULT_UNAVAILABLE;
	strcpy(cursor, next);
	const struct redisReply *page = redis_element(reply, 1);
	for (size_t i = 0; i < redis_count(page); i += 2) {
		const char *member = text_of(page, i);
		if (member == NULL || strlen(member) != MEMBER_LEN ||
		    member[TICKETS_LOGIN_LEN] != ':')
			return RESULT_INTERNAL;
	}
	for (size_t i = 0; i < redis_count(page); i += 2, mine++)
		queue_end(r, index, text_of(page, i));
	*ended += mine;
	return send_end(r, mine) ? RESULT_OK : RESULT_UNAVAILABLE;
}

/* Until a whole pass finds none. A renewal beside it that has put its new ticket into the index either finds its old one
 * gone, and takes the new one back (session_renew), or came before that was deleted, and the next pass sees it. */
enum result tickets_end(struct redis *r, const char *username, const char *login)
{
	char index[TICKETS_KEY_SIZE];
	size_t ended;

	index_key(index, username);
	do {
		char cursor[TEXT_DECIMAL_SIZE] = "0";
		ended = 0;
		do {
			enum result result = end_page(r, index, login, cursor, &ended);
			if (result != RESULT_OK)
				return result;
		} while (strcmp(cursor, "0") != 0);
	} while (ended > 0);
	return RESULT_OK;
}

/* The score of the last member in a reply of ZRANGE … WITHSCORES, as text. false: the index is empty. */
static bool last_expiry(const struct redisReply *reply, char out[static TEXT_DECIMAL_SIZE])
{
	const char *score;
	size_t len;

	if (reply == NULL || redis_count(reply) != 2 ||
	    !redis_text(redis_element(reply, 1), &score, &len) || len >= TEXT_DECIMAL_SIZE)
		return false;
	memcpy(out, score, len + 1);
	return true;
}

/* WATCH, because a login beside it may add a ticket between the look and the shortening. */
void tickets_trim(struct redis *r, const char *username)
{
	char index[TICKETS_KEY_SIZE], expiry[TEXT_DECIMAL_SIZE];
	int replies = 1;

	index_key(index, username);
	redis_command(r, "WATCH", index, NULL);
	redis_command(r, "ZRANGE", index, "-1", "-1", "WITHSCORES", NULL);
	if (!redis_send(r) || !redis_done(r))
		return;
	if (last_expiry(redis_next(r), expiry)) {
		redis_command(r, "MULTI", NULL);
		redis_command(r, "EXPIREAT", index, expiry, "LT", NULL);
		redis_command(r, "EXEC", NULL);
		replies = 3;
	} else {
		redis_command(r, "UNWATCH", NULL);
	}
	if (redis_send_watched(r))
		while (replies-- > 0 && redis_done(r))
			;
}
