/* faults: a test double that fails on demand (SSA_FAULTS). A share of all requests fails, and a
 * request may choose how it fails by Prefer (RFC 7240): code=503, delay=2000, cut. A made fault
 * replaces the request: nothing is asked, counted or written. Without SSA_FAULTS nobody calls this
 * module. */
#ifndef SSA_FAULTS_H
#define SSA_FAULTS_H

#include <stdbool.h>

struct config;
struct reply;
struct request;

/* Makes the reply a fault, if the request chooses one or is drawn for one. `by_share`: requests of
 * this endpoint are drawn. A known preference with a bad value makes a 400. `allow` is for a 405.
 * false: no fault; rep->made may have a delay that the request chose. */
bool faults_make(const struct config *c, bool by_share, const char *allow, const struct request *q,
		 struct reply *rep);

#endif
