/* service: what the handlers work with. Each process has one, made at its first request. */
#ifndef SSA_SERVICE_H
#define SSA_SERVICE_H

#include "auth/realm.h"
#include "data/machines.h"

#include <stdbool.h>

struct service {
	struct realm realm;
	struct machines machines;
	bool machines_usable; /* the last refresh found or kept a good version */
};

enum service_files { SERVICE_USERS = 1, SERVICE_MACHINES = 2 };

/* Reads those of the `files` that have changed. */
void service_refresh(struct service *s, unsigned files);

/* Makes a service. `config` must live longer than it. `resident`: the process serves many requests.
 * NULL: no memory, or a path is too long. */
struct service *service_open(const struct config *config, bool resident);
void service_close(struct service *s);

#endif
