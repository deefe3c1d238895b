#include "redis/fence.h"
#include "redis/redis.h"

/* XX on a key that never exists: Redis checks that it could write, and then writes nothing, not
 * even to its append-only file. */
void fence_probe(struct redis *r, const char *tag)
{
	char key[TAG_KEY_SIZE];

	tag_key(key, tag, "probe");
	redis_command(r, "SET", key, "1", "EX", "1", "XX", NULL);
}

/* The same, but Redis does not refuse a DEL when its memory is full. */
void fence_master(struct redis *r, const char *tag)
{
	char key[TAG_KEY_SIZE];

	tag_key(key, tag, "probe");
	redis_command(r, "DEL", key, NULL);
}

bool fence_any(struct redis *r)
{
	bool whole, any = false;
	size_t servers = redis_find_masters(r, &whole);
	char tag[TAG_LEN + 1];

	for (size_t i = 0; i < servers; i++) {
		redis_master_tag(r, i, tag);
		fence_master(r, tag);
	}
	for (size_t i = redis_send(r) ? servers : 0; i > 0; i--)
		any = redis_next(r) != NULL || any;
	return any;
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
