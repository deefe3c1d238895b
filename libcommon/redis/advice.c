#include "redis/advice.h"
#include "redis/fence.h"
#include "redis/redis.h"
#include "redis/resp.h"

#include <string.h>

static const char unknown[] =
    "the settings of Redis are not known: INFO failed; its user needs +info";
static const char perhaps[] =
    "note: it is not known whether Redis removes keys when it is full: its user needs +info";

/* INFO has the first line only if min-replicas-to-write and min-replicas-max-lag are not 0. */
static const struct {
	const char *line;
	bool bad;         /* true: the line must not be there */
	bool replaceable; /* it counts only where a server may be replaced */
	const char *advice;
} rules[] = {
    {"\nmin_slaves_good_slaves:", false, true,
     "set min-replicas-to-write 1: a replaced master may answer from old data"},
    {"\naof_enabled:0", true, true,
     "set appendonly yes: a restarted master may come back with old data"},
    {"\nmaxmemory_policy:noeviction", false, false,
     "set maxmemory-policy noeviction: a full Redis forgets sessions and failed logins"},
};

static const char *judge(const char *info, bool replaceable)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if ((strstr(info, rules[i].line) != NULL) == rules[i].bad &&
		    (replaceable || !rules[i].replaceable))
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
	redis_command(r, "INFO", "replication", "persistence", "memory", NULL);
	bool known = redis_send(r) && fence_read_passed(r) && (reply = redis_next(r)) != NULL &&
		     resp_text(reply, &info, &len);
	if (known)
		return judge(info, redis_is_replaceable(r));
	return redis_is_replaceable(r) ? unknown : perhaps;
}

const char *advice_ask(struct redis *r)
{
	const char *advice = redis_fault_of_sentinels(r);
	char tag[TAG_LEN + 1];

	bool whole;
	size_t masters = redis_find_masters(r, &whole);
	for (size_t i = 0; i < masters && advice == NULL; i++) {
		redis_master_tag(r, i, tag);
		advice = ask_one(r, tag);
	}
	return advice;
}
