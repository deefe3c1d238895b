/* gate: checks a request against the rows of its endpoint before any work is done for it. */
#ifndef SSA_GATE_H
#define SSA_GATE_H

struct endpoint;
struct operation;
struct reply;
struct request;

/* Lists the methods of an endpoint in the form of the Allow header (RFC 9110, 10.2.1). */
enum { GATE_ALLOW_SIZE = 64 };
void gate_list_methods(const struct endpoint *e, char out[static GATE_ALLOW_SIZE]);

/* Returns the operation that serves this request, and sets *flags to those in its query string.
 * NULL: it is refused, and the reply says why. */
const struct operation *gate_admit(const struct endpoint *e, const char *allow,
				   const struct request *q, unsigned *flags, struct reply *rep);

#endif
