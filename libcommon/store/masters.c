#include "store/masters.h"
#include "core/text.h"
#include "store/resp.h"

#include <stdio.h>
#include <string.h>

/* [first slot, last slot, [host, port, …] of the master, those of its replicas …] */
static bool read_range(struct shards *s, const struct redisReply *range, unsigned from,
		       int *covered)
{
	const struct redisReply *master;
	const char *host = "";
	char port[TEXT_DECIMAL_SIZE];
	long long first, last, number;
	size_t len = 0;

	if (resp_count(range) < 3 || !resp_number(resp_element(range, 0), &first) ||
	    !resp_number(resp_element(range, 1), &last) || first < 0 || last < first ||
	    last >= SHARDS_SLOTS)
		return false;
	master = resp_element(range, 2);
	if (resp_count(master) < 2 || !resp_number(resp_element(master, 1), &number))
		return false;
	resp_text(resp_element(master, 0), &host, &len);
	snprintf(port, sizeof port, "%lld", number);
	unsigned node = shards_add_near(s, host, len, port, from);
	if (node == 0)
		return false;
	memset(s->node_of + first, (int)node, (size_t)(last - first + 1));
	*covered += (int)(last - first + 1);
	return true;
}

bool masters_read(struct shards *s, const struct redisReply *reply, unsigned from)
{
	int covered = 0;

	for (size_t i = 0; i < resp_count(reply); i++)
		if (!read_range(s, resp_element(reply, i), from, &covered))
			return false;
	return covered == SHARDS_SLOTS;
}

unsigned masters_list(const struct shards *s, uint8_t masters[static SHARDS_NODES_MAX])
{
	bool seen[SHARDS_NODES_MAX + 1] = {true}; /* 0 is no node */
	unsigned count = 0;

	for (int slot = 0; slot < SHARDS_SLOTS; slot++) {
		uint8_t node = s->node_of[slot];
		if (!seen[node])
			masters[count++] = node;
		seen[node] = true;
	}
	return count;
}

/* There are 16 tags for each slot, so the first ones are enough as a rule. */
bool masters_tag(const struct shards *s, unsigned node, char tag[static KEYS_TAG_LEN + 1])
{
	char key[KEYS_SIZE];

	for (unsigned number = 0; number < KEYS_TAGS; number++) {
		keys_tag_number(tag, number);
		keys_probe(key, tag);
		if (s->node_of[shards_slot(key)] == node)
			return true;
	}
	return false;
}
