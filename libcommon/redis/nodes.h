/* nodes: the nodes of a Redis Cluster, with a connection to each that is in use, and the map of
 * slots (shards.h). The map is learnt from redirects, so a new process needs no question to begin.
 * When something has changed, it is asked for whole, and nodes that are not in it are forgotten:
 * containers change their addresses as often as they are started. */
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
	struct shards shards;
	struct node at[SHARDS_NODES_MAX + 1]; /* by their numbers in `shards` */
	unsigned turn;                        /* the one that was asked last because nothing was
					       * known */
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

/* Makes sure that the node has a connection. `once`: a new one does not do. */
bool nodes_open(struct nodes *n, unsigned node, bool once);

/* Empties what is sent next to each node. */
void nodes_clear(struct nodes *n);

/* The next node to ask when nothing is known: any node can say which one has a slot. */
unsigned nodes_next(struct nodes *n);

/* Asks for the map if it has changed, but not twice within NODES_FRESH_MS, unless the table of the
 * nodes is half full. No batch may be on its
 * way, since the numbers of the nodes change. */
void nodes_refresh(struct nodes *n);

/* Lists the nodes that have slots, by the map of the last NODES_FRESH_MS, and returns their number.
 * *whole is false if no node answers, or a part of the cluster has no master. Their numbers are
 * valid until the next refresh. */
unsigned nodes_masters(struct nodes *n, uint8_t masters[static SHARDS_NODES_MAX], bool *whole);

/* nodes_begin begins a request. nodes_replicated tells whether what the nodes did since then, or
 * since the last time, is on every replica that could be promoted, or, if `number` is not 0, on so
 * many. It asks all nodes at the same time. */
void nodes_begin(struct nodes *n);
bool nodes_replicated(struct nodes *n, unsigned number);

#endif
