#include "store/tickets.h"
#include "core/text.h"
#include "redis/redis.h"
#include "redis/resp.h"

#include <string.h>

/* The number of members that are read at a time, as an argument of a command. */
#define PAGE_MEMBERS "500"
enum { REPLACED_MOST = 400 }; /* of one user, and at most as many as other tickets */

static void queue_delete(struct redis *r, const char *index, const char *member)
{
	char ticket[STORE_KEY_SIZE];

	store_key_ticket(ticket, store_key_tag(index), member + TICKET_LOGIN_LEN + 1);
	redis_command(r, "DEL", ticket, NULL);
}

/* The ticket is deleted before it leaves the index. */
static void queue_end(struct redis *r, const char *index, const char *member)
{
	queue_delete(r, index, member);
	redis_barrier(r);
	redis_command(r, "ZREM", index, member, NULL);
}

enum result tickets_end_one(struct redis *r, const char *username, const struct ticket_name *t)
{
	char index[STORE_KEY_SIZE], member[TICKET_MEMBER_LEN + 1];

	ticket_index_key(index, username);
	ticket_index_member(member, t);
	queue_end(r, index, member);
	return redis_run(r) ? RESULT_OK : RESULT_UNAVAILABLE;
}

/* Returns the i-th element of an array reply as text. NULL: it is no text, or not there. */
static const char *text_of(const struct redisReply *reply, size_t i)
{
	const char *text;
	size_t len;

	if (i >= resp_count(reply) || !resp_text(resp_element(reply, i), &text, &len))
		return NULL;
	return strlen(text) == len ? text : NULL;
}

/* A part of a reply, in which every `step`-th element is a member of an index. */
struct members {
	const struct redisReply *list;
	size_t step;
	const char *spared; /* skipped; may be NULL */
	/* Replaced tickets before this place are skipped. Unless it is 0, `list` has a score after
	 * each member. */
	size_t replaced_from;
};

static bool is_spared(const struct members *m, size_t i, const char *member)
{
	const char *score = i / m->step < m->replaced_from ? text_of(m->list, i + 1) : NULL;

	return (score != NULL && score[0] == '-') ||
	       (m->spared != NULL && strcmp(member, m->spared) == 0);
}

/* Returns the next member from *i on, and moves *i behind it. NULL: that was the last. */
static const char *next_member(const struct members *m, size_t *i)
{
	while (*i < resp_count(m->list)) {
		size_t at = *i;
		const char *member = text_of(m->list, at);
		*i += m->step;
		if (member != NULL && !is_spared(m, at, member))
			return member;
	}
	return NULL;
}

static bool are_ours(const struct members *m)
{
	for (size_t i = 0; i < resp_count(m->list); i += m->step) {
		const char *member = text_of(m->list, i);
		if (member == NULL || strlen(member) != TICKET_MEMBER_LEN ||
		    member[TICKET_LOGIN_LEN] != ':')
			return false;
	}
	return true;
}

/* Ends the tickets that are listed, and adds their number to *ended. */
static enum result end_listed(struct redis *r, const char *index, const struct members *m,
			      size_t *ended)
{
	const char *member;

	if (!are_ours(m)) {
		redis_fault(r, "the user's index is not ours");
		return RESULT_INTERNAL;
	}
	for (size_t i = 0; (member = next_member(m, &i)) != NULL; ++*ended)
		queue_delete(r, index, member);
	redis_barrier(r);
	for (size_t i = 0; (member = next_member(m, &i)) != NULL;)
		redis_command(r, "ZREM", index, member, NULL);
	return redis_run(r) ? RESULT_OK : RESULT_UNAVAILABLE;
}

void tickets_ask_surplus(struct redis *r, const char *username, unsigned most,
			 struct redisReply **surplus)
{
	char index[STORE_KEY_SIZE], buffer[TEXT_DECIMAL_SIZE];

	ticket_index_key(index, username);
	/* The range begins with the tickets that were issued last, and ends with replaced ones.
	 * LIMIT skips those that may stay wherever the new ticket is. */
	redis_ask(r, redis_keep, surplus, "ZRANGE", index, "+inf", "-inf", "BYSCORE", "REV",
		  "LIMIT", text_decimal(buffer, most - 1), PAGE_MEMBERS, "WITHSCORES", NULL);
}

/* One of the listed tickets stays: the new one if it is listed, because others were issued in the
 * same moment or with a longer SSA_TICKET_TTL; otherwise the first one. */
enum result tickets_end_surplus(struct redis *r, const char *username, const struct ticket_name *t,
				unsigned most, const struct redisReply *surplus)
{
	char index[STORE_KEY_SIZE], member[TICKET_MEMBER_LEN + 1];
	struct members m = {.list = surplus,
			    .step = 2,
			    .replaced_from = 1 + (most < REPLACED_MOST ? most : REPLACED_MOST)};
	size_t ended = 0;

	ticket_index_key(index, username);
	ticket_index_member(member, t);
	m.spared = text_of(m.list, 0);
	for (size_t i = 0; i < resp_count(m.list); i += m.step) {
		const char *listed = text_of(m.list, i);
		if (listed != NULL && strcmp(listed, member) == 0)
			m.spared = listed;
	}
	return end_listed(r, index, &m, &ended);
}

/* The state of one pass through the index, page by page. */
struct pass {
	const char *index, *match;
	const char *spared; /* not ended; may be NULL */
	char cursor[TEXT_DECIMAL_SIZE];
	unsigned long changes; /* redis_changes when the first page was answered */
	bool broken;           /* that has changed since */
	size_t ended;
	bool wrote; /* this pass or one before it has ended a ticket */
};

/* ZSCAN, and not a range of ranks: other requests add and remove members meanwhile, which shifts
 * the ranks, and a ticket would be skipped. A cursor is valid only in the process of Redis that
 * gave it, so a pass begins anew if the connection changes. */
static enum result end_page(struct redis *r, struct pass *p)
{
	bool first = strcmp(p->cursor, "0") == 0;
	struct redisReply *reply = NULL;
	enum result result = RESULT_UNAVAILABLE;

	redis_ask(r, redis_keep, &reply, "ZSCAN", p->index, p->cursor, "MATCH", p->match, "COUNT",
		  PAGE_MEMBERS, NULL);
	bool ran = redis_run(r);
	if (first)
		p->changes = redis_changes(r);
	p->broken = p->changes != redis_changes(r);
	if (ran && p->broken)
		result = RESULT_OK;
	else if (ran && resp_count(reply) == 2 &&
		 resp_copy(resp_element(reply, 0), p->cursor, sizeof p->cursor)) {
		struct members m = {.list = resp_element(reply, 1), .step = 2, .spared = p->spared};
		result = end_listed(r, p->index, &m, &p->ended);
		p->wrote = p->wrote || p->ended > 0;
	}
	resp_free(reply);
	return result;
}

/* Makes passes until one finds nothing, then waits for the replicas. A renewal may add its new
 * ticket to the index meanwhile. If the old ticket was deleted before, the renewal notices it and
 * takes the new one back (session_renew). If not, the next pass finds the new one. */
static enum result end_matching(struct redis *r, struct pass *p)
{
	enum result result;

	do {
		redis_begin(r); /* a pass that finds nothing does not depend on other servers */
		strcpy(p->cursor, "0");
		p->ended = 0;
		do
			result = end_page(r, p);
		while (result == RESULT_OK && !p->broken && strcmp(p->cursor, "0") != 0);
	} while (result == RESULT_OK && (p->broken || p->ended > 0));
	/* `spared` ends when all others surely have. If there were none, nothing has to be sure. */
	if (result != RESULT_OK || (p->spared != NULL && !p->wrote))
		return result;
	return redis_replicated(r) ? RESULT_OK : RESULT_UNAVAILABLE;
}

enum result tickets_end(struct redis *r, const char *username, const struct ticket_name *own,
			enum tickets_which which)
{
	char index[STORE_KEY_SIZE], member[TICKET_MEMBER_LEN + 1],
	    match[TICKET_LOGIN_LEN + 2] = "*";

	ticket_index_key(index, username);
	ticket_index_member(member, own);
	if (which == TICKETS_OF_LOGIN) {
		memcpy(match, own->login, TICKET_LOGIN_LEN);
		strcpy(match + TICKET_LOGIN_LEN, "*");
	}
	struct pass p = {.index = index, .match = match, .spared = member};
	enum result result = end_matching(r, &p);
	if (result != RESULT_OK)
		return result;
	/* `own` could be renewed until now, so one more pass is needed. */
	queue_end(r, index, member);
	p.spared = NULL;
	return end_matching(r, &p);
}

enum result tickets_end_user(struct redis *r, const char *username)
{
	char index[STORE_KEY_SIZE];
	struct pass p = {.index = index, .match = "*"};

	ticket_index_key(index, username);
	return end_matching(r, &p);
}
