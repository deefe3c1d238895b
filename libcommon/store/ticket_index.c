#include "store/ticket_index.h"
#include "core/text.h"
#include "redis/redis.h"
#include "redis/resp.h"

#include <stdlib.h>
#include <string.h>

/* The score of a replaced ticket is its end less this number, and so below 0 until 2286. */
static const long long replaced_below_0 = 10000000000;

void ticket_index_key(char key[static STORE_KEY_SIZE], const char *username)
{
	char digest[CRYPTO_DIGEST_LEN + 1];

	store_key_user_digest(digest, username);
	store_key_user(key, digest);
}

void ticket_index_member(char member[static TICKET_MEMBER_LEN + 1], const struct ticket_name *t)
{
	memcpy(member, t->login, TICKET_LOGIN_LEN);
	member[TICKET_LOGIN_LEN] = ':';
	memcpy(member + TICKET_LOGIN_LEN + 1, t->digest, CRYPTO_DIGEST_LEN + 1);
}

enum { SECOND_US = 1000000 };

/* Writes a score in microseconds: these seconds, and the fraction of now_us, which orders the
 * tickets of a second. It is a whole number, because Redis 8 writes some fractions with an exponent
 * (1.7960742607270541e+9). */
static const char *write_score(char score[static TEXT_DECIMAL_SIZE], long long seconds,
			       long long now_us)
{
	return text_decimal(score, seconds * SECOND_US + now_us % SECOND_US);
}

/* Writes a limit of a range: scores below so many seconds. */
static const char *before_score(char range[static TEXT_DECIMAL_SIZE + 1], long long seconds)
{
	char buffer[TEXT_DECIMAL_SIZE];

	range[0] = '(';
	strcpy(range + 1, text_decimal(buffer, seconds * SECOND_US));
	return range;
}

void ticket_index_add(struct redis *r, const char *username, const struct ticket_name *t,
		      long long now_us, unsigned ttl_s, long long expires_at)
{
	char index[STORE_KEY_SIZE], member[TICKET_MEMBER_LEN + 1], score[TEXT_DECIMAL_SIZE];
	char buffer[TEXT_DECIMAL_SIZE], range[TEXT_DECIMAL_SIZE + 1];
	const char *expiry = text_decimal(buffer, expires_at);

	ticket_index_key(index, username);
	ticket_index_member(member, t);
	/* GT prolongs an index that exists, first of all, so that it does not expire between these
	 * commands. NX sets the time of a new one. */
	redis_command(r, "EXPIREAT", index, expiry, "GT", NULL);
	redis_command(r, "ZREMRANGEBYSCORE", index, "0", before_score(range, now_us / SECOND_US),
		      NULL);
	redis_command(r, "ZADD", index, write_score(score, now_us / SECOND_US + ttl_s, now_us),
		      member, NULL);
	redis_command(r, "EXPIREAT", index, expiry, "NX", NULL);
}

static void move(struct redis *r, const char *index, const struct ticket_name *t, long long seconds,
		 long long now_us)
{
	char member[TICKET_MEMBER_LEN + 1], score[TEXT_DECIMAL_SIZE];

	ticket_index_member(member, t);
	redis_command(r, "ZADD", index, "XX", write_score(score, seconds, now_us), member, NULL);
}

void ticket_index_replace(struct redis *r, const char *username, const struct ticket_name *t,
			  long long now_us, long long expires_at)
{
	char index[STORE_KEY_SIZE], range[TEXT_DECIMAL_SIZE + 1];

	ticket_index_key(index, username);
	redis_command(r, "ZREMRANGEBYSCORE", index, "-inf",
		      before_score(range, now_us / SECOND_US - replaced_below_0), NULL);
	move(r, index, t, expires_at - replaced_below_0, now_us);
}

void ticket_index_restore(struct redis *r, const char *username, const struct ticket_name *t,
			  long long expires_at)
{
	char index[STORE_KEY_SIZE];

	ticket_index_key(index, username);
	move(r, index, t, expires_at, 0);
}

/* Reads the end of the last ticket from ZRANGE … WITHSCORES. *into stays 0 if the index is empty or
 * not ours. */
static bool take_last_expiry(void *into, const struct redisReply *reply)
{
	long long us;

	if (resp_count(reply) == 2 && resp_number(resp_element(reply, 1), &us))
		*(long long *)into = (us < 0 ? us + replaced_below_0 * SECOND_US : us) / SECOND_US;
	return true;
}

/* WATCH, because a login may add a ticket between the reading and the shortening. */
void ticket_index_trim(struct redis *r, const char *username)
{
	char index[STORE_KEY_SIZE], buffer[TEXT_DECIMAL_SIZE];
	long long expires_at = 0;

	ticket_index_key(index, username);
	redis_command(r, "WATCH", index, NULL);
	redis_ask(r, take_last_expiry, &expires_at, "ZRANGE", index, "-1", "-1", "WITHSCORES",
		  NULL);
	if (!redis_run(r))
		return;
	if (expires_at > 0) {
		redis_command(r, "MULTI", NULL);
		redis_command(r, "EXPIREAT", index, text_decimal(buffer, expires_at), "LT", NULL);
		redis_command(r, "EXEC", NULL);
	} else {
		redis_command(r, "UNWATCH", NULL);
	}
	redis_run_on(r);
}
