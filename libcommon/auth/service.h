/* service: what handlers work with. One for each process, made for its first request. */
#ifndef SSA_SERVICE_H
#define SSA_SERVICE_H

#include "data/machines.h"
#include "data/users.h"

#include <stdbool.h>

struct config;
struct redis;

struct service {
	const struct config *config;
	struct redis *redis; /* connects at the first use */
	struct users users;
	struct machines machines;
	bool users_usable, machines_usable; /* there is a good version, since the last refresh */
};

enum service_files { SERVICE_USERS = 1, SERVICE_MACHINES = 2 };

/* Reads the files that changed. */
void service_refresh(struct service *s, unsigned files);

/* NULL: no memory, or a path that is too long. `config` must outlive it. `resident`: it serves many
 * requests. */
struct service *service_open(const struct config *config, bool resident);
void service_close(struct service *s);

#endif
