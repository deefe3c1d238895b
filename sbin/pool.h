/* pool: the machines of the file, as the formats of export need them. */
#ifndef SSA_POOL_H
#define SSA_POOL_H

#include "core/text.h"
#include "data/machines.h"

#include <stddef.h>

enum { POOL_TEXT_SIZE = 256 };

/* A machine, as the formats need it. */
struct machine {
	char name[POOL_TEXT_SIZE]; /* its "name", or if there is none, its id */
	char status[POOL_TEXT_SIZE], gpu[POOL_TEXT_SIZE], ip[POOL_TEXT_SIZE];
	bool cut;                        /* one of the texts is too long, and empty here */
	struct span id, cpus, mem, gpus; /* as written; gpus.at NULL: not there */
};

/* The machines in the order of the file at first, but for those that are left out. */
struct pool {
	const struct machines *m;
	size_t *places; /* of those that are written */
	size_t count;
	struct text out;
};

/* A text of a machine, by which machines are brought together. */
struct key {
	char text[POOL_TEXT_SIZE];
	size_t place;
};

/* Takes a text of a machine. */
typedef void pool_take(const struct machine *m, char key[static POOL_TEXT_SIZE]);
pool_take pool_name, pool_id;

/* Reads the machine at a place of the table. */
void pool_read(const struct machines *m, size_t place, struct machine *to);

/* The keys of all machines of the pool, sorted. The caller frees them. NULL: no memory. */
struct key *pool_sorted(const struct pool *p, pool_take *take);

/* Leaves out each machine whose key an earlier one has, and says so. */
void pool_keep_first(struct pool *p, const char *why, pool_take *take);

/* Leaves out each machine of which a text is too long, and says so. */
void pool_keep_whole(struct pool *p);

/* Leaves out each machine whose ip is neither an address nor the name of a host, and says so. */
void pool_keep_addresses(struct pool *p);

/* In the formats that are lines, a strange name could become a line of its own, and of two machines
 * with one name only one would count. So such machines are left out, and stderr says so. */
void pool_keep_plain(struct pool *p);

#endif
