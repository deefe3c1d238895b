#include "redis/server_settings.h"
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
	const char *fault;
} rules[] = {
    {"\nmin_slaves_good_slaves:", false, true,
     "set min-replicas-to-write 1: a replaced master may answer from old data"},
    {"\naof_enabled:0", true, true,
     "set appendonly yes: a restarted master may come back with old data"},
    {"\nmaxmemory_policy:noeviction", false, false,
     "set maxmemory-policy noeviction: a full Redis forgets sessions and failed logins"},
};

struct settings {
	bool replaceable, known;
	const char *fault;
};

static bool take_info(void *into, const struct redisReply *reply)
{
	struct settings *s = into;
	const char *info;
	size_t len;

	s->known = resp_text(reply, &info, &len);
	for (size_t i = 0; s->known && i < sizeof rules / sizeof rules[0] && s->fault == NULL; i++)
		if ((strstr(info, rules[i].line) != NULL) == rules[i].bad &&
		    (s->replaceable || !rules[i].replaceable))
			s->fault = rules[i].fault;
	return s->known;
}

const char *server_settings_fault(struct redis *r)
{
	struct settings s = {.replaceable = redis_is_replaceable(r),
			     .fault = redis_fault_of_sentinels(r)};
	char tag[TAG_LEN + 1];
	bool whole;
	size_t masters = redis_find_masters(r, &whole);

	for (size_t i = 0; i < masters && s.fault == NULL; i++) {
		redis_master_tag(r, i, tag);
		redis_guard(r, tag); /* it leads INFO, which has no key, to the master of the tag */
		s.known = false;
		redis_ask(r, take_info, &s, "INFO", "replication", "persistence", "memory", NULL);
		if (!redis_run(r) || !s.known)
			s.fault = s.replaceable ? unknown : perhaps;
	}
	return s.fault;
}
