#include "store/tickets.h"
#include "core/text.h"
#include "store/keys.h"
#include "store/redis.h"
#include "store/resp.h"

#include <string.h>

enum {
	MEMBER_LEN = TICKETS_LOGIN_LEN + 1 + CRYPTO_DIGEST_LEN,
	ADD_COMMANDS = 4, /* the number that tickets_add queues */
	END_COMMANDS = 2, /* the number that queue_end queues */
};
/* The number of members that are read at a time, as an argument of a command. */
#define PAGE_MEMBERS "500"

static void index_key(char key[static KEYS_SIZE], const char *username)
{
	char digest[CRYPTO_DIGEST_LEN + 1];

	keys_user_digest(digest, username);
	keys_user(key, digest);
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
	char index[KEYS_SIZE], member[MEMBER_LEN + 1], buffer[2][TEXT_DECIMAL_SIZE];
	char before_now[TEXT_DECIMAL_SIZE + 1] = "("; /* the range ends before this score */
	const char *expiry = text_decimal(buffer[0], expires_at);

	index_key(index, username);
	make_member(member, t);
	strcpy(before_now + 1, text_decimal(buffer[1], now));
	/* If there is an index, EXPIREAT with GT prolongs it. It comes first, so that the
	 * index does not expire between these commands. If there was no index, EXPIREAT with
	 * NX sets the time. */
	redis_command(r, "EXPIREAT", index, expiry, "GT", NULL);
	redis_command(r, "ZREMRANGEBYSCORE", index, "-inf", before_now, NULL);
	redis_command(r, "ZADD", index, expiry, member, NULL);
	redis_command(r, "EXPIREAT", index, expiry, "NX", NULL);
}

bool tickets_added(struct redis *r)
{
	return redis_done(r, ADD_COMMANDS);
}

void tickets_move(struct redis *r, const char *username, const struct ticket_name *t,
		  long long expires_at)
{
	char index[KEYS_SIZE], member[MEMBER_LEN + 1], buffer[TEXT_DECIMAL_SIZE];

	index_key(index, username);
	make_member(member, t);
	redis_command(r, "ZADD", index, "XX", text_decimal(buffer, expires_at), member, NULL);
}

static void queue_end(struct redis *r, const char *index, const char *member)
{
	char ticket[KEYS_SIZE];

	keys_ticket(ticket, keys_tag_of(index), member + TICKETS_LOGIN_LEN + 1);
	redis_command(r, "DEL", ticket, NULL);
	redis_command(r, "ZREM", index, member, NULL);
}

enum result tickets_end_one(struct redis *r, const char *username, const struct ticket_name *t)
{
	char index[KEYS_SIZE], member[MEMBER_LEN + 1];

	index_key(index, username);
	make_member(member, t);
	queue_end(r, index, member);
	return redis_send(r) && redis_done(r, END_COMMANDS) ? RESULT_OK : RESULT_UNAVAILABLE;
}

/* Returns the i-th element of an array reply as text. NULL: it is not a text. */
static const char *text_of(const struct redisReply *reply, size_t i)
{
	const char *text;
	size_t len;

	return resp_text(resp_element(reply, i), &text, &len) && strlen(text) == len ? text : NULL;
}

/* Ends the tickets in `list`, a part of the reply just taken, in which every `step`-th element
 * is a member. The member `spared` (may be NULL) is left alive. The number of ended tickets is
 * added to *ended. */
static enum result end_listed(struct redis *r, const char *index, const struct redisReply *list,
			      size_t step, const char *spared, size_t *ended)
{
	size_t mine = 0;

	for (size_t i = 0; i < resp_count(list); i += step) {
		const char *member = text_of(list, i);
		if (member == NULL || strlen(member) != MEMBER_LEN ||
		    member[TICKETS_LOGIN_LEN] != ':')
			return RESULT_INTERNAL;
	}
	for (size_t i = 0; i < resp_count(list); i += step) {
		const char *member = text_of(list, i);
		if (member == NULL || (spared != NULL && strcmp(member, spared) == 0))
			continue;
		queue_end(r, index, member);
		mine++;
	}
	*ended += mine;
	if (mine > 0 && !(redis_send(r) && redis_done(r, END_COMMANDS * mine)))
		return RESULT_UNAVAILABLE;
	return RESULT_OK;
}

void tickets_ask_surplus(struct redis *r, const char *username, unsigned most)
{
	char index[KEYS_SIZE], buffer[TEXT_DECIMAL_SIZE];

	index_key(index, username);
	/* The range begins with the tickets that expire last. LIMIT skips all of them that may stay
	 * whatever the new ticket's place is. */
	redis_command(r, "ZRANGE", index, "+inf", "-inf", "BYSCORE", "REV", "LIMIT",
		      text_decimal(buffer, most - 1), PAGE_MEMBERS, NULL);
}

/* One of the listed tickets stays: the new ticket if it is listed, since it can stand behind older
 * ones that expire in the same second or later. Otherwise the first one stays. */
enum result tickets_end_surplus(struct redis *r, const char *username, const struct ticket_name *t)
{
	char index[KEYS_SIZE], member[MEMBER_LEN + 1];
	const struct redisReply *reply = redis_next(r);
	const char *spared = NULL;
	size_t ended = 0;

	if (reply == NULL)
		return RESULT_UNAVAILABLE;
	index_key(index, username);
	make_member(member, t);
	for (size_t i = resp_count(reply); i-- > 0;) {
		spared = text_of(reply, i);
		if (spared != NULL && strcmp(spared, member) == 0)
			break;
	}
	return end_listed(r, index, reply, 1, spared, &ended);
}

/* The state of one pass through the index, page by page. */
struct pass {
	const char *index, *match;
	const char *spared; /* a member that is not ended; NULL: all are ended */
	unsigned ahead;     /* the number of replies to commands queued before the pass */
	char cursor[TEXT_DECIMAL_SIZE];
	unsigned long connections; /* that were made when the first page was answered */
	bool broken;               /* there were more of them at a later page */
	size_t ended;
};

/* Uses ZSCAN and not a range of ranks. Other requests may add and remove members meanwhile, which
 * shifts the ranks, and then a ticket would be skipped. A cursor is valid only in the Redis
 * process that gave it, not in another Redis or after a restart. So if the connection changes
 * during a pass, the pass begins anew. */
static enum result end_page(struct redis *r, struct pass *p)
{
	bool first = strcmp(p->cursor, "0") == 0;
	const struct redisReply *reply;
	const char *next;

	redis_command(r, "ZSCAN", p->index, p->cursor, "MATCH", p->match, "COUNT", PAGE_MEMBERS,
		      NULL);
	if (!redis_send(r) || !redis_done(r, p->ahead) || (reply = redis_next(r)) == NULL)
		return RESULT_UNAVAILABLE;
	p->ahead = 0;
	if (first)
		p->connections = redis_connections(r);
	p->broken = p->connections != redis_connections(r);
	if (p->broken)
		return RESULT_OK;
	if (resp_count(reply) != 2 || (next = text_of(reply, 0)) == NULL ||
	    strlen(next) >= TEXT_DECIMAL_SIZE)
		return RESULT_UNAVAILABLE;
	strcpy(p->cursor, next);
	return end_listed(r, p->index, resp_element(reply, 1), 2, p->spared, &p->ended);
}

/* Makes passes until a whole pass finds nothing. A concurrent renewal may put its new ticket into
 * the index. If the old ticket has been deleted before, the renewal notices it and takes the new
 * ticket back (session_answer_renew). If not, the next pass finds the new ticket. */
static enum result end_matching(struct redis *r, struct pass *p)
{
	enum result result;

	do {
		strcpy(p->cursor, "0");
		p->ended = 0;
		do
			result = end_page(r, p);
		while (result == RESULT_OK && !p->broken && strcmp(p->cursor, "0") != 0);
	} while (result == RESULT_OK && (p->broken || p->ended > 0));
	return result;
}

enum result tickets_end(struct redis *r, const char *username, const struct ticket_name *own,
			enum tickets_which which)
{
	char index[KEYS_SIZE], member[MEMBER_LEN + 1], match[TICKETS_LOGIN_LEN + 2] = "*";

	index_key(index, username);
	make_member(member, own);
	if (which == TICKETS_OF_LOGIN) {
		memcpy(match, own->login, TICKETS_LOGIN_LEN);
		strcpy(match + TICKETS_LOGIN_LEN, "*");
	}
	struct pass p = {.index = index, .match = match, .spared = member};
	enum result result = end_matching(r, &p);
	if (result != RESULT_OK)
		return result;
	/* While `own` was alive, it could be renewed. So one more pass is needed after its end. */
	queue_end(r, index, member);
	p.ahead = END_COMMANDS;
	p.spared = NULL;
	return end_matching(r, &p);
}

enum result tickets_end_user(struct redis *r, const char *username)
{
	char index[KEYS_SIZE];
	struct pass p = {.index = index, .match = "*"};

	index_key(index, username);
	return end_matching(r, &p);
}

/* Copies the score of the last member from a reply to ZRANGE … WITHSCORES, as text. false: the
 * index is empty. */
static bool last_expiry(const struct redisReply *reply, char out[static TEXT_DECIMAL_SIZE])
{
	const char *score;
	size_t len;

	if (reply == NULL || resp_count(reply) != 2 ||
	    !resp_text(resp_element(reply, 1), &score, &len) || len >= TEXT_DECIMAL_SIZE)
		return false;
	memcpy(out, score, len + 1);
	return true;
}

/* Uses WATCH, because a concurrent login may add a ticket after this has read the last expiry and
 * before it shortens the time of the index. */
void tickets_trim(struct redis *r, const char *username)
{
	char index[KEYS_SIZE], expiry[TEXT_DECIMAL_SIZE];
	size_t replies = 1;

	index_key(index, username);
	redis_command(r, "WATCH", index, NULL);
	redis_command(r, "ZRANGE", index, "-1", "-1", "WITHSCORES", NULL);
	if (!redis_send(r) || !redis_done(r, 1))
		return;
	if (last_expiry(redis_next(r), expiry)) {
		redis_command(r, "MULTI", NULL);
		redis_command(r, "EXPIREAT", index, expiry, "LT", NULL);
		redis_command(r, "EXEC", NULL);
		replies = 3;
	} else {
		redis_command(r, "UNWATCH", NULL);
	}
	if (redis_send_on(r))
		redis_done(r, replies);
}
