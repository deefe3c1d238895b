#include "redis/advice.h"
#include "redis/fence.h"
#include "redis/redis.h"
#include "redis/resp.h"

#include <string.h>

static const char unknown[] =
    "the settings of Redis are not known: INFO failed; its user needs +info";

/* INFO has the first line only if min-replicas-to-write and min-replicas-max-lag are not 0. */
static const struct {
	const char *line;
	bool bad; /* true: the line must not be there */
	const char *advice;
} rules[] = {
    {"\nmin_slaves_good_slaves:", false,
     "set min-replicas-to-write 1: a replaced master may answer from old data"},
    {"\naof_enabled:0", true, "set appendonly yes: a restarted master may come back with old data"},
};

static const char *judge(const char *info)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if ((strstr(info, rules[i].line) != NULL) == rules[i].bad)
			return rules[i].advice;
	return NULL;
}

/* The fence leads the INFO, which has no key, to the master of the tag. */
static const char *ask_one(struct redis *r, const char *tag)
{
	const struct redisReply *reply;
	const char *info;
	size_t len;

	fence_read(r, tag);
	redis_command(r, "INFO", "replication", "persistence", NULL);
	if (!redis_send(r))
		return unknown;
	bool fenced = fence_read_passed(r);
	reply = redis_next(r);
	return fenced && reply != NULL && resp_text(reply, &info, &len) ? judge(info) : unknown;
}

const char *advice_ask(struct redis *r)
{
	const char *advice = redis_fault_of_sentinels(r);
	char tag[TAG_LEN + 1];

	if (!redis_is_replaceable(r))
		return NULL;
	bool whole;
	size_t masters = redis_find_masters(r, &whole);
	for (size_t i = 0; i < masters && advice == NULL; i++) {
		redis_master_tag(r, i, tag);
		advice = ask_one(r, tag);
	}
	return advice;
}
