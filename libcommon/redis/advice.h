/* advice: settings of Redis without which the promises of the service do not hold when a server is
 * replaced (docs/scaling.md). */
#ifndef SSA_ADVICE_H
#define SSA_ADVICE_H

struct redis;

/* Asks each master for its settings, in a round trip for each. Returns what is missing, in static
 * storage, or why the settings are not known. NULL: all is well, or the store is one Redis, which
 * is never replaced. */
const char *advice_ask(struct redis *r);

#endif
