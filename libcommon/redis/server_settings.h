/* server_settings: settings of Redis without which the promises of the service do not hold when a
 * server is replaced (docs/scaling.md), or when its memory is full. */
#ifndef SSA_SERVER_SETTINGS_H
#define SSA_SERVER_SETTINGS_H

struct redis;

/* Asks each master for its settings, in a round trip for each. Returns what is missing, in static
 * storage, or why the settings are not known. It begins with "note: " if it may do no harm. NULL:
 * all is well. */
const char *server_settings_fault(struct redis *r);

#endif
