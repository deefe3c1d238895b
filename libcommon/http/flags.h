/* flags: the query parameters of status and ticket, which are either there or not: `all`, `all=1`
 * and `all=true` are the same (and `all=`, as many libraries write a bare name). */
#ifndef SSA_FLAGS_H
#define SSA_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

enum { FLAGS_MAX = 2, FLAGS_WHY_SIZE = 80 };

/* Reads a query string. `names` are the flags that it may have, up to a NULL or FLAGS_MAX; *set
 * gets bit i for the i-th of them. The parameter `_` is ignored. false: the query has something
 * else, and `why` says what may be there. */
bool flags_read(const char *query, const char *const names[static FLAGS_MAX], unsigned *set,
		char why[static FLAGS_WHY_SIZE]);

#endif
