/* server_settings: settings of Redis that the service needs to keep its promises when a server is
 * replaced (docs/scaling.md) or its memory is full. */
#ifndef SSA_SERVER_SETTINGS_H
#define SSA_SERVER_SETTINGS_H

struct redis;

/* Asks each master for its settings. Returns the first that is missing, or why they are not known,
 * in static storage. It begins with "note: " if it may do no harm. NULL: all is well. */
const char *server_settings_fault(struct redis *r);

#endif
