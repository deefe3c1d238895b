#include "redis/fence.h"
#include "core/text.h"
#include "redis/redis.h"
#include "redis/resp.h"

#include <string.h>

#define WAIT_MS "300" /* a part of the time for an answer */

enum { KEY_SIZE = sizeof TAG_BEFORE + TAG_LEN + sizeof "}:probe" };

static void make_key(char key[static KEY_SIZE], const char *tag)
{
	strcpy(key, TAG_BEFORE);
	memcpy(key + sizeof TAG_BEFORE - 1, tag, TAG_LEN);
	strcpy(key + sizeof TAG_BEFORE - 1 + TAG_LEN, "}:probe");
}

/* XX on a key that never exists: Redis checks that it could write, and then writes nothing, not
 * even to its append-only file. */
void fence_probe(struct redis *r, const char *tag)
{
	char key[KEY_SIZE];

	make_key(key, tag);
	redis_command(r, "SET", key, "1", "EX", "1", "XX", NULL);
}

/* The same, but Redis does not refuse a DEL when its memory is full. */
void fence_master(struct redis *r, const char *tag)
{
	char key[KEY_SIZE];

	make_key(key, tag);
	redis_command(r, "DEL", key, NULL);
}

size_t fence_all(struct redis *r)
{
	size_t servers = redis_find_masters(r);
	char tag[TAG_LEN + 1];

	for (size_t i = 0; i < servers; i++) {
		redis_master_tag(r, i, tag);
		fence_probe(r, tag);
	}
	return servers;
}

bool fence_all_passed(struct redis *r, size_t servers)
{
	return redis_done(r, servers) && servers > 0;
}

void fence_read(struct redis *r, const char *tag)
{
	if (redis_is_replaceable(r))
		fence_master(r, tag);
}

bool fence_read_passed(struct redis *r)
{
	return !redis_is_replaceable(r) || redis_done(r, 1);
}

void fence_write(struct redis *r)
{
	char number[TEXT_DECIMAL_SIZE];

	if (redis_replicas(r) > 0)
		redis_command(r, "WAIT", text_decimal(number, redis_replicas(r)), WAIT_MS, NULL);
}

bool fence_write_reached(struct redis *r)
{
	const struct redisReply *reply;
	long long reached;

	if (redis_replicas(r) == 0)
		return true;
	reply = redis_next(r);
	if (reply == NULL)
		return false;
	return (resp_number(reply, &reached) && reached >= redis_replicas(r)) ||
	       redis_fault(r, "redis: not replicated: too few replicas have answered WAIT in time");
}

bool fence_write_passed(struct redis *r)
{
	return redis_replicas(r) == 0 || (fence_write_reached(r) && redis_confirm(r));
}
