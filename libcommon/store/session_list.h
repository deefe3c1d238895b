/* session_list: all sessions in Redis, for an administrator. SCAN reads them page by page, so it
 * never blocks Redis. A session that is made or ends meanwhile may be missed or seen twice. */
#ifndef SSA_SESSION_LIST_H
#define SSA_SESSION_LIST_H

#include "core/result.h"

#include <stddef.h>

struct redis;
struct session;

/* Calls `found` for each session. It may send commands to Redis itself. It returns RESULT_OK to go
 * on; any other result ends the list. RESULT_UNAVAILABLE: redis_error() says why.
 * RESULT_INTERNAL: no memory. Values that this program did not write are passed over. */
typedef enum result session_list_found(void *context, const struct session *s);
enum result session_list(struct redis *r, session_list_found *found, void *context);

#endif
