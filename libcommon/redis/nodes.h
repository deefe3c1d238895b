/* nodes: the nodes of a Redis Cluster, the connections to them, and the map of slots (shards.h). A
 * new process learns the map from redirects. When the map was wrong, the whole map is asked for
 * (CLUSTER SLOTS), and nodes that are not in it are forgotten: containers often change their
 * addresses. */
#ifndef SSA_NODES_H
#define SSA_NODES_H

#include "core/text.h"
#include "redis/shards.h"

#include <stdbool.h>

struct link;
struct link_terms;

enum { NODES_FRESH_MS = 1000, NODES_ID_SIZE = 48 };

struct node {
	struct link *link;      /* NULL: never used */
	struct text out;        /* what is sent next … */
	unsigned commands;      /* … and how many commands that is */
	bool touched;           /* it did commands since nodes_begin or nodes_replicated … */
	char tag[TAG_LEN];      /* … and this is the tag of one */
	char id[NODES_ID_SIZE]; /* "": not known */
};

struct nodes {
	const struct redis_url *url;
	const struct link_terms *terms;
	struct shards shards;                 /* of nodes.c alone */
	struct node at[SHARDS_NODES_MAX + 1]; /* by their numbers in `shards` */
	uint8_t masters[SHARDS_NODES_MAX];    /* see nodes_masters */
	unsigned turn;                        /* see nodes_next */
	bool changed;                         /* the map was wrong somewhere */
	bool asked;                           /* it was asked for at least once … */
	bool whole;                           /* … and then every slot had a master */
	bool lost;                            /* the connection to a touched node */
	long long fresh_until_ms;
	unsigned long changes; /* see redis_changes */
	char *error;           /* REPLICATION_WHY_SIZE bytes; the last failure, as one line */
};

void nodes_init(struct nodes *n, const struct redis_url *url, const struct link_terms *terms,
		char *error);
void nodes_close(struct nodes *n);

/* Makes sure that the node has a connection. `once`: not a new one. */
bool nodes_open(struct nodes *n, unsigned node, bool once);

/* The nodes have the numbers 1 to nodes_count. nodes_owner: the one that has a slot. 0: it is not
 * known. */
unsigned nodes_count(const struct nodes *n);
unsigned nodes_owner(const struct nodes *n, int slot);

/* What commands tell. nodes_did: the node did one with a key of this tag; it has the slot, unless
 * that is -1. nodes_refused: the node refused one; returns the node that the error names (*ask: for
 * this command only, after ASKING), or 0. nodes_forget: it has failed. */
void nodes_did(struct nodes *n, unsigned number, const char *tag, int slot);
unsigned nodes_refused(struct nodes *n, unsigned number, int slot, const struct redisReply *error,
		       bool *ask);
void nodes_forget(struct nodes *n, unsigned number);

/* Empties what is sent next to each node. */
void nodes_clear(struct nodes *n);

/* The nodes in turn, without those that do not answer, unless none does. Any node can say which one
 * has a slot. */
unsigned nodes_next(struct nodes *n);

/* Asks for the map if it was wrong, at most once in NODES_FRESH_MS, unless the table of nodes is
 * half full. No batch may be under way, because the numbers of the nodes change. */
void nodes_refresh(struct nodes *n);

/* See redis_find_masters and redis_master_tag. The map is at most NODES_FRESH_MS old. */
unsigned nodes_masters(struct nodes *n, bool *whole);
void nodes_tag(const struct nodes *n, size_t i, char tag[static TAG_LEN + 1]);

/* See redis_begin and redis_replicated. `number`: of replicas, or 0 for all that could be promoted.
 * It asks all nodes at the same time. */
void nodes_begin(struct nodes *n);
bool nodes_replicated(struct nodes *n, unsigned number);

#endif
