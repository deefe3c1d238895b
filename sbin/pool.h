/* pool: the machines of the file, as the formats of export need them. */
#ifndef SSA_POOL_H
#define SSA_POOL_H

#include "data/machines.h"

#include <stddef.h>

struct machine {
	char *id;    /* as written */
	char *name;  /* its "name", or its id if it has no name */
	char *group; /* the name of the group in Ansible for its status: letters, digits and _ */
	char *status, *gpu, *ip;
	struct span cpus, mem, gpus; /* as written; gpus.at NULL: not there */
	size_t place;                /* in the file */
	const char *label;           /* see pool_sorted */
};

/* What a format needs of its machines. The others are left out, and stderr says so. */
enum pool_rule {
	POOL_ADDRESS = 1,  /* the ip is an address or the name of a host */
	POOL_NAME = 2,     /* A-Z a-z 0-9 . _ -: a strange name could become another line */
	POOL_ONE_NAME = 4, /* no earlier machine has the name: only one of the two would count */
	POOL_ONE_ID = 8,   /* no earlier machine has the id */
	POOL_GPUS = 16,    /* its "gpus", if it has any, is a number */
};

/* The machines that fit a format, in the order of the file. */
struct pool {
	struct machine *list;
	size_t count;
};
struct pool pool_make(const struct machines *m, unsigned rules);
void pool_free(struct pool *p);

/* The machines by one of their texts, which is their label now: `text` is the offset in struct
 * machine. Equal ones are in the order of the file. The caller frees the list. */
const struct machine **pool_sorted(struct pool *p, size_t text);

#endif
