/* cors: which web pages may read the replies (the Fetch standard, 3.2). Off unless SSA_CORS_ORIGINS
 * is set. */
#ifndef SSA_CORS_H
#define SSA_CORS_H

struct config;
struct reply;
struct request;

/* Sets the reply's CORS fields for a request. `methods` are those of the path, as its Allow header
 * tells them. */
void cors_admit(const struct config *c, const struct request *q, const char *methods,
		struct reply *rep);

#endif
