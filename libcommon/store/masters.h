/* masters: the masters of a Redis Cluster, for what must reach each of them: the check of the
 * service, and the list of all sessions. */
#ifndef SSA_MASTERS_H
#define SSA_MASTERS_H

#include "store/keys.h"
#include "store/shards.h"

#include <stdbool.h>
#include <stdint.h>

struct redisReply;

/* Reads the reply to CLUSTER SLOTS of the node `from` into the map. false: it is no such reply, or
 * a slot has no node. */
bool masters_read(struct shards *s, const struct redisReply *reply, unsigned from);

/* Lists the numbers of the nodes that have slots, and returns how many they are. */
unsigned masters_list(const struct shards *s, uint8_t masters[static SHARDS_NODES_MAX]);

/* Finds a tag whose keys the node has. false: it has no slot. */
bool masters_tag(const struct shards *s, unsigned node, char tag[static KEYS_TAG_LEN + 1]);

#endif
