/* outcome: what auth decided about a request. The caller makes a reply and a line of the log of it:
 * auth knows nothing of HTTP. */
#ifndef SSA_OUTCOME_H
#define SSA_OUTCOME_H

#include "core/result.h"

struct outcome {
	enum result result;
	/* Why it was refused, for the log only; NULL: it was not. It is valid until Redis is used
	 * again, or the struct login of the attempt ends. */
	const char *reason;
	const char *event;      /* the log's name for it, such as "login"; NULL: the usual one */
	unsigned retry_after_s; /* RESULT_TOO_MANY: until the limits let the client try again */
};

static inline struct outcome outcome_refused(enum result result, const char *reason)
{
	return (struct outcome){.result = result, .reason = reason};
}

#endif
