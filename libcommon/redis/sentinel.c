#include "redis/sentinel.h"
#include "core/clock.h"
#include "core/redis_url.h"
#include "core/text.h"
#include "redis/link.h"
#include "redis/resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sentinel that is silent costs 200 ms. CONFIRM_MS has room for some of them, so that the others
 * are asked, too. */
enum { SENTINEL_ANSWER_MS = 200, OTHERS_MAX = 14, CONFIRM_MS = 1000 };

struct sentinel {
	const struct redis_url *url;
	struct link *link;
	unsigned first; /* the one that is asked first */
	char error[200];
};

struct sentinel *sentinel_new(const struct redis_url *url)
{
	struct sentinel *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->url = url;
	s->link = link_new(&(struct link_terms){.user = "",
						.password = url->sentinel_password,
						.db = "",
						.answer_ms = SENTINEL_ANSWER_MS});
	if (s->link != NULL)
		return s;
	free(s);
	return NULL;
}

void sentinel_free(struct sentinel *s)
{
	if (s == NULL)
		return;
	link_free(s->link);
	free(s);
}

static bool copy(char *out, size_t size, const struct redisReply *text)
{
	const char *at;
	size_t len;

	if (!resp_text(text, &at, &len) || len == 0 || len >= size || strlen(at) != len)
		return false;
	memcpy(out, at, len + 1);
	return true;
}

/* Takes the answer: host and port, or nil if this sentinel does not know the service. */
static bool take_answer(struct sentinel *s, struct redis_server *master)
{
	const struct redisReply *reply = link_next(s->link);
	char code[RESP_ERROR_CODE_SIZE];

	if (reply == NULL)
		return false;
	if (resp_is_error(reply, code))
		return link_fail(s->link, "error reply", resp_words(code));
	if (resp_is_nil(reply))
		return link_fail(s->link, "read", "it does not know the service");
	return (resp_count(reply) == 2 &&
		copy(master->host, sizeof master->host, resp_element(reply, 0)) &&
		copy(master->port, sizeof master->port, resp_element(reply, 1))) ||
	       link_fail(s->link, "read", "not an answer of a sentinel");
}

static unsigned add_question(struct text *questions, const char *name, const struct sentinel *s)
{
	return resp_add(questions, "SENTINEL", name, s->url->service, NULL);
}

/* Sends the questions to one sentinel. true: its answers can be taken. */
static bool send_questions(struct sentinel *s, const struct redis_server *server,
			   struct text *questions, unsigned count)
{
	bool sent = link_open(s->link, server) &&
		    (questions->failed ? link_fail(s->link, "write", "out of memory")
				       : link_send(s->link, questions->at, questions->len, count));

	text_free(questions);
	return sent;
}

static bool ask_one(struct sentinel *s, const struct redis_server *server,
		    struct redis_server *master)
{
	struct text question = {0};

	unsigned count = add_question(&question, "GET-MASTER-ADDR-BY-NAME", s);
	bool answered = send_questions(s, server, &question, count) && take_answer(s, master);
	link_close(s->link);
	return answered;
}

bool sentinel_ask(struct sentinel *s, struct redis_server *master)
{
	for (unsigned tries = 0; tries < s->url->count; tries++) {
		if (ask_one(s, &s->url->servers[s->first], master))
			return true;
		sentinel_doubt(s);
	}
	snprintf(s->error, sizeof s->error, "no sentinel answers; the last one: %s",
		 link_error(s->link));
	return false;
}

const char *sentinel_error(const struct sentinel *s)
{
	return s->error;
}

void sentinel_doubt(struct sentinel *s)
{
	s->first = (s->first + 1) % s->url->count;
}

/* What one sentinel says of a master. */
struct opinion {
	bool confirms;    /* it names this master, and does not replace it */
	bool replaces;    /* it replaces this master now */
	bool voted;       /* it voted for a failover that has not succeeded */
	long long epoch;  /* of the failover that made its master one */
	long long others; /* how many other sentinels it knows */
};

/* The addresses of the sentinels that another one knows. */
struct others {
	struct redis_server at[OTHERS_MAX];
	unsigned count;
};

/* The value of a field, in a list of names and values. NULL: there is none. */
static const struct redisReply *field(const struct redisReply *list, const char *name)
{
	const char *at;
	size_t len;

	for (size_t i = 0; i + 1 < resp_count(list); i += 2)
		if (resp_text(resp_element(list, i), &at, &len) && strcmp(at, name) == 0)
			return resp_element(list, i + 1);
	return NULL;
}

static bool text_field(char *out, size_t size, const struct redisReply *list, const char *name)
{
	const struct redisReply *value = field(list, name);

	return value != NULL && copy(out, size, value);
}

static bool number_field(long long *out, const struct redisReply *list, const char *name)
{
	const struct redisReply *value = field(list, name);

	return value != NULL && resp_number(value, out);
}

static bool server_fields(struct redis_server *out, const struct redisReply *list)
{
	return text_field(out->host, sizeof out->host, list, "ip") &&
	       text_field(out->port, sizeof out->port, list, "port");
}

static bool is_same(const struct redis_server *a, const struct redis_server *b)
{
	return strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

/* Takes the answers of one sentinel. While it replaces a master, it keeps the record of the old
 * one; but as soon as the new one is a master, it names that one to those who ask. */
static bool take_opinion(struct sentinel *s, const struct redis_server *master, struct opinion *o)
{
	struct redis_server recorded, named;
	const struct redisReply *reply;
	char flags[256];
	long long voted_epoch;

	if ((reply = link_next(s->link)) == NULL || !server_fields(&recorded, reply) ||
	    !text_field(flags, sizeof flags, reply, "flags") ||
	    !number_field(&o->epoch, reply, "config-epoch") ||
	    !number_field(&o->others, reply, "num-other-sentinels") || o->others < 0 ||
	    o->others > OTHERS_MAX || !take_answer(s, &named))
		return false;
	o->replaces = is_same(&recorded, master) && strstr(flags, "failover_in_progress") != NULL;
	o->confirms = is_same(&named, master) && !o->replaces;
	if ((reply = link_next(s->link)) == NULL || resp_count(reply) != 3 ||
	    !resp_number(resp_element(reply, 2), &voted_epoch))
		return false;
	o->voted = voted_epoch > o->epoch;
	return true;
}

static bool take_others(struct sentinel *s, struct others *others)
{
	const struct redisReply *reply = link_next(s->link);

	if (reply == NULL)
		return false;
	others->count = 0;
	for (size_t i = 0; i < resp_count(reply) && others->count < OTHERS_MAX; i++)
		if (server_fields(&others->at[others->count], resp_element(reply, i)))
			others->count++;
	return true;
}

/* A question for a vote in the epoch 0, which is over, is answered with the vote that this sentinel
 * gave last. It changes nothing: a sentinel votes only in an epoch that is not over. `others` may
 * be NULL. */
static bool ask_opinion(struct sentinel *s, const struct redis_server *server,
			const struct redis_server *master, struct opinion *o, struct others *others)
{
	static const char nobody[] = "0000000000000000000000000000000000000000";
	struct text questions = {0};

	unsigned count = add_question(&questions, "MASTER", s);
	count += add_question(&questions, "GET-MASTER-ADDR-BY-NAME", s);
	count += resp_add(&questions, "SENTINEL", "IS-MASTER-DOWN-BY-ADDR", master->host,
			  master->port, "0", nobody, NULL);
	if (others != NULL)
		count += add_question(&questions, "SENTINELS", s);
	bool answered = send_questions(s, server, &questions, count) &&
			take_opinion(s, master, o) && (others == NULL || take_others(s, others));
	link_close(s->link);
	return answered;
}

static bool no_confirmation(struct sentinel *s, const char *why)
{
	snprintf(s->error, sizeof s->error, "redis: not confirmed: %s", why);
	return false;
}

/* All opinions together. */
struct poll {
	long long confirming;
	bool replaced, voted;
	long long epoch,
	    other_epoch; /* the newest of those that confirm, and of those that do not */
};

static void add_opinion(struct poll *p, const struct opinion *o)
{
	long long *newest = o->confirms ? &p->epoch : &p->other_epoch;

	if (o->epoch > *newest)
		*newest = o->epoch;
	p->confirming += o->confirms;
	p->voted = p->voted || (o->confirms && o->voted);
	p->replaced = p->replaced || o->replaces;
}

bool sentinel_confirm(struct sentinel *s, const struct redis_server *master)
{
	struct opinion first, next;
	struct others others;
	struct poll p = {.epoch = -1, .other_epoch = -1};
	long long until_ms = clock_ms() + CONFIRM_MS;
	bool answered = false;

	for (unsigned tries = 0; tries < s->url->count && !answered; tries++) {
		answered = ask_opinion(s, &s->url->servers[s->first], master, &first, &others);
		if (!answered)
			sentinel_doubt(s);
	}
	if (!answered)
		return no_confirmation(s, "no sentinel answers");
	add_opinion(&p, &first);
	for (unsigned i = 0; i < others.count && !p.replaced && clock_ms() < until_ms; i++)
		if (ask_opinion(s, &others.at[i], master, &next, NULL))
			add_opinion(&p, &next);
	/* A sentinel that was cut off names an old master. Its epoch is older. */
	if (p.replaced || p.other_epoch > p.epoch)
		return no_confirmation(s, "the master is being replaced");
	if (p.confirming < (p.voted ? first.others + 1 : first.others / 2 + 1))
		return no_confirmation(s, "too few sentinels answer");
	return true;
}
