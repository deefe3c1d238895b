#include "store/sentinel.h"
#include "core/redis_url.h"
#include "core/text.h"
#include "store/link.h"
#include "store/resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTINEL_ANSWER_MS = 200 };

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

static bool ask_one(struct sentinel *s, const struct redis_server *server,
		    struct redis_server *master)
{
	struct text question = {0};

	if (!link_open(s->link, server))
		return false;
	resp_add(&question, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", s->url->service, NULL);
	bool answered = question.failed ? link_fail(s->link, "write", "out of memory")
					: link_send(s->link, question.at, question.len, 1) &&
					      take_answer(s, master);
	text_free(&question);
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
