/* batch: which of the waiting requests are answered next. They are answered together, so that they
 * share one round trip to Redis. */
#ifndef SSA_BATCH_H
#define SSA_BATCH_H

#include "http/exchange.h"

#include <stdbool.h>

enum { BATCH_MAX = 8 };

struct batch {
	struct exchange *list[BATCH_MAX];
	unsigned count;
	unsigned left; /* requests that wait for a later batch, without those with a query */
};

/* Chooses up to `most` of the connections that wait. Requests without a query come first. Those
 * with a query get the places that are left, and always one. `only_refusals`: replies hold too much
 * memory for another answer. A request whose time is nearly over gets its 503 now. */
void batch_choose(struct batch *b, const struct hand *h, unsigned most, bool only_refusals,
		  long long now_ms);

#endif
