/* service: what handlers work with. One for each process, made before the first request. */
#ifndef SSA_SERVICE_H
#define SSA_SERVICE_H

#include "machines.h"
#include "users.h"

struct config;
struct redis;

struct service {
	const struct config *config;
	struct redis *redis; /* connects at the first use */
	struct users users;  /* read at the first refresh */
	struct machines machines;
};

/* NULL: no memory, or a path that is too long. `config` must outlive it. */
struct service *service_open(const struct config *config);
void service_close(struct service *s);

#endif
