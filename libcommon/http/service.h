/* service: what the handlers work with. Each process has one, made at its first request. */
#ifndef SSA_SERVICE_H
#define SSA_SERVICE_H

#include "auth/realm.h"
#include "data/machines.h"
#include "http/reply.h"

#include <stdbool.h>

struct service {
	struct realm realm;
	struct machines machines;
	bool machines_usable; /* the last refresh found or kept a good version */
	/* What a user who may see all machines gets, and the generation of the file that it is of.
	 * NULL: not made yet. */
	struct shared_body *all_machines;
	unsigned all_machines_of;
};

enum service_files {
	SERVICE_USERS = 1,    /* users.json */
	SERVICE_MACHINES = 2, /* machines.json */
	SERVICE_LIMITS = 4,   /* the memory limit, into realm.slots, if a user has a hash */
};

/* Reads the data files among `files` that have changed, and the limit at most once a second. */
void service_refresh(struct service *s, unsigned files);

/* Returns the body with all machines, which the caller releases. It is made once for each version
 * of the file, so a large list is in memory once, however many clients it is sent to. NULL: no
 * memory. */
struct shared_body *service_all_machines(struct service *s);

/* Gives large memory back, for the time without requests. */
void service_rest(struct service *s);

/* Makes a service, which service_close frees. `config` must live longer. `resident`: the process
 * serves many requests. NULL: no memory, a path is too long, or REDIS_URL is wrong, which
 * config->fault says then. */
struct service *service_open(struct config *config, bool resident);
void service_close(struct service *s);

#endif
