/* shards: which node of a Redis Cluster has which slot, as far as this process knows. The rules are
 * those of the "Redis Cluster specification": a key is in slot CRC16(text in braces) mod 16384; a
 * node that does not have the slot answers -MOVED or -ASK with the address of one that does.
 *
 * A wrong entry is not dangerous, because no node does a command for a slot that it does not have.
 * So the map is learnt from the redirects alone: it costs one more round trip for each slot, once
 * in the life of a worker, and after a failover nobody asks for the whole map in a storm. */
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

/* The number of a node. 0: it is not there. */
unsigned shards_find(const struct shards *s, const struct redis_server *node);

/* The number of a node, which is added if it is new. 0: there are too many nodes. */
unsigned shards_add(struct shards *s, const struct redis_server *node);

/* The same for host[0..len) and port as the node `from` writes them. A node that does not know by
 * which host it is reached leaves the host out ("" or "?"): it is that of the node `from`. */
unsigned shards_add_near(struct shards *s, const char *host, size_t len, const char *port,
			 unsigned from);

/* Forgets which slots a node has. */
void shards_forget(struct shards *s, unsigned node);

/* Reads an error reply. false: it is no redirect. Otherwise *node is the number of the node to ask.
 * MOVED is kept in the map. ASK (*ask is true) is only for this one command, which ASKING must
 * precede. `from` is the node that sent it. */
bool shards_redirect(struct shards *s, const struct redisReply *error, unsigned from,
		     unsigned *node, bool *ask);

/* Reads the reply to CLUSTER SLOTS of the node `from` into the map. *covered becomes the number of
 * slots that have a node. false: it is no such reply, or there are too many nodes. */
bool shards_read(struct shards *s, const struct redisReply *reply, unsigned from, int *covered);

/* Lists the numbers of the nodes that have slots, and returns how many they are. */
unsigned shards_masters(const struct shards *s, uint8_t masters[static SHARDS_NODES_MAX]);

/* Finds a tag whose keys the node has. false: it has no slot. */
bool shards_tag(const struct shards *s, unsigned node, char tag[static TAG_LEN + 1]);

#endif
