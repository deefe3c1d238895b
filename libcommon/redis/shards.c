#include "redis/shards.h"
#include "core/number.h"
#include "core/text.h"
#include "redis/resp.h"

#include <stdio.h>
#include <string.h>

void shards_forget(struct shards *s, unsigned node)
{
	for (int slot = 0; slot < TAG_SLOTS; slot++)
		if (s->node_of[slot] == node)
			s->node_of[slot] = 0;
}

unsigned shards_find(const struct shards *s, const struct redis_server *node)
{
	for (unsigned i = 1; i <= s->count; i++)
		if (redis_server_same(&s->nodes[i], node))
			return i;
	return 0;
}

unsigned shards_add(struct shards *s, const struct redis_server *node)
{
	unsigned known = shards_find(s, node);

	if (known != 0)
		return known;
	if (s->count == SHARDS_NODES_MAX)
		return 0;
	s->nodes[++s->count] = *node;
	return s->count;
}

unsigned shards_add_near(struct shards *s, const char *host, size_t len, const char *port,
			 unsigned from)
{
	struct redis_server node = s->nodes[from];

	if (len >= sizeof node.host || strlen(port) >= sizeof node.port || *port == '\0')
		return 0;
	if (len > 0 && !(len == 1 && *host == '?')) {
		memcpy(node.host, host, len);
		node.host[len] = '\0';
	}
	strcpy(node.port, port);
	return shards_add(s, &node);
}

/* MOVED 3999 127.0.0.1:6381. The host may be an IPv6 address without brackets. */
bool shards_redirect(struct shards *s, const struct redisReply *error, unsigned from,
		     unsigned *node, bool *ask)
{
	const char *text = resp_error_text(error), *port = strrchr(text, ':');
	struct span rest = span_of(text);
	bool moved = span_take(&rest, "MOVED ");
	unsigned long long slot;

	*ask = span_take(&rest, "ASK ");
	if ((!moved && !*ask) || port == NULL || !number_take(&rest, &slot) || slot >= TAG_SLOTS ||
	    !span_take(&rest, " ") || rest.at > port)
		return false;
	*node = shards_add_near(s, rest.at, (size_t)(port - rest.at), port + 1, from);
	if (moved)
		s->node_of[slot] = (uint8_t)*node;
	return *node != 0;
}

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
	    last >= TAG_SLOTS)
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

bool shards_read(struct shards *s, const struct redisReply *reply, unsigned from, int *covered)
{
	*covered = 0;
	for (size_t i = 0; i < resp_count(reply); i++)
		if (!read_range(s, resp_element(reply, i), from, covered))
			return false;
	return resp_count(reply) > 0;
}

unsigned shards_masters(const struct shards *s, uint8_t masters[static SHARDS_NODES_MAX])
{
	bool seen[SHARDS_NODES_MAX + 1] = {true}; /* 0 is no node */
	unsigned count = 0;

	for (int slot = 0; slot < TAG_SLOTS; slot++) {
		uint8_t node = s->node_of[slot];
		if (!seen[node])
			masters[count++] = node;
		seen[node] = true;
	}
	return count;
}

/* There are 16 tags for each slot, so one of the first is usually enough. */
bool shards_tag(const struct shards *s, unsigned node, char tag[static TAG_LEN + 1])
{
	char key[TAG_KEY_SIZE];

	for (unsigned number = 0; number < TAG_COUNT; number++) {
		tag_numbered(tag, number);
		tag_key(key, tag, "");
		if (s->node_of[tag_slot(key)] == node)
			return true;
	}
	return false;
}
