/* pool: the machines of the file, as the formats of export need them. */
#ifndef SSA_POOL_H
#define SSA_POOL_H

#include "data/machines.h"

#include <stddef.h>

enum { POOL_TEXT_SIZE = 256 };

struct machine {
	char name[POOL_TEXT_SIZE]; /* its "name", or if there is none, its id */
	char status[POOL_TEXT_SIZE], gpu[POOL_TEXT_SIZE], ip[POOL_TEXT_SIZE];
	struct span id, cpus, mem, gpus; /* as written; gpus.at NULL: not there */
};

/* What a format needs of its machines. The others are left out, and stderr says so. */
enum pool_rule {
	POOL_ADDRESS = 1,  /* the ip is an address or the name of a host */
	POOL_NAME = 2,     /* A-Z a-z 0-9 . _ -: a strange name could become another line */
	POOL_ONE_NAME = 4, /* no earlier machine has the name: only one of the two would count */
	POOL_ONE_ID = 8,   /* no earlier machine has the id */
	POOL_GPUS = 16,    /* its "gpus", if it has any, is a number */
};

/* The machines that fit a format, in the order of the file. The caller frees `places`. */
struct pool {
	const struct machines *m;
	size_t *places;
	size_t count;
};
struct pool pool_make(const struct machines *m, unsigned rules);

/* Reads the i-th machine of the pool. */
struct machine pool_read(const struct pool *p, size_t i);

/* A text of a machine, by which machines are sorted. */
struct label {
	char text[POOL_TEXT_SIZE];
	size_t i; /* in the pool */
};
typedef void pool_label(const struct machine *m, char label[static POOL_TEXT_SIZE]);

/* The labels of all machines of the pool, sorted; equal ones in the order of the file. The caller
 * frees them. */
struct label *pool_sorted(const struct pool *p, pool_label *label);

#endif
