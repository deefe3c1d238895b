#include "store/shards.h"
#include "store/resp.h"

#include <stdlib.h>
#include <string.h>

/* CRC-16/XMODEM, which the specification of Redis Cluster asks for. */
static unsigned crc16(const char *text, size_t len)
{
	unsigned crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned)(unsigned char)text[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xFFFF;
	}
	return crc;
}

int shards_slot(const char *key)
{
	const char *open = strchr(key, '{'), *close = open ? strchr(open, '}') : NULL;

	return close != NULL ? (int)(crc16(open + 1, (size_t)(close - open - 1)) % SHARDS_SLOTS)
			     : -1;
}

void shards_forget(struct shards *s, unsigned node)
{
	for (int slot = 0; slot < SHARDS_SLOTS; slot++)
		if (s->node_of[slot] == node)
			s->node_of[slot] = 0;
}

unsigned shards_add(struct shards *s, const struct redis_server *node)
{
	for (unsigned i = 1; i <= s->count; i++)
		if (strcmp(s->nodes[i].host, node->host) == 0 &&
		    strcmp(s->nodes[i].port, node->port) == 0)
			return i;
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
	bool moved = strncmp(text, "MOVED ", 6) == 0;
	char *host;

	*ask = strncmp(text, "ASK ", 4) == 0;
	if ((!moved && !*ask) || port == NULL)
		return false;
	unsigned long slot = strtoul(text + (moved ? 6 : 4), &host, 10);
	if (slot >= SHARDS_SLOTS || *host++ != ' ' || host > port)
		return false;
	*node = shards_add_near(s, host, (size_t)(port - host), port + 1, from);
	if (moved)
		s->node_of[slot] = (uint8_t)*node;
	return *node != 0;
}
