/* shards: which node of a Redis Cluster has which slot, as far as this process knows ("Redis
 * Cluster specification"): a key is in slot CRC16(text in braces) mod 16384; a node that does not
 * have the slot answers -MOVED or -ASK with the address of one that does.
 *
 * A wrong entry does no harm, because no node does a command for a slot that it does not have. */
#ifndef SSA_SHARDS_H
#define SSA_SHARDS_H

#include "redis/redis_url.h"
#include "redis/tag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redisReply;

enum { SHARDS_NODES_MAX = 255 };

struct shards {
	uint8_t node_of[TAG_SLOTS]; /* the number of a node, from 1; 0: not known */
	struct redis_server nodes[SHARDS_NODES_MAX + 1];
	unsigned count; /* of the nodes, which are nodes[1] to nodes[count] */
};

/* Returns the number of a node. 0: it is not there. */
unsigned shards_find(const struct shards *s, const struct redis_server *node);

/* Returns the number of a node, which it adds if it is new. 0: there are too many nodes. */
unsigned shards_add(struct shards *s, const struct redis_server *node);

/* The same for host[0..len) and port as the node `from` writes them. If it leaves the host out (""
 * or "?"), it means its own. */
unsigned shards_add_near(struct shards *s, const char *host, size_t len, const char *port,
			 unsigned from);

/* Forgets which slots a node has. */
void shards_forget(struct shards *s, unsigned node);

/* Reads an error reply of the node `from`. Returns false if it is no redirect. Otherwise *node is
 * the number of the node to ask. MOVED changes the map. ASK (*ask is true) is for this one command,
 * which ASKING must precede. */
bool shards_redirect(struct shards *s, const struct redisReply *error, unsigned from,
		     unsigned *node, bool *ask);

/* Reads the reply of the node `from` to CLUSTER SLOTS. *covered is the number of slots that have a
 * node. Returns false if it is no such reply, or if there are too many nodes. */
bool shards_read(struct shards *s, const struct redisReply *reply, unsigned from, int *covered);

/* Lists the numbers of the nodes that have slots, and returns how many they are. */
unsigned shards_masters(const struct shards *s, uint8_t masters[static SHARDS_NODES_MAX]);

/* Writes a tag whose keys the node has. Returns false if it has no slot. */
bool shards_tag(const struct shards *s, unsigned node, char tag[static TAG_LEN + 1]);

#endif
