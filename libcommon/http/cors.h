/* cors: lets pages of other origins read the replies (the Fetch standard, 3.2), if SSA_CORS_ORIGINS
 * is set. */
#ifndef SSA_CORS_H
#define SSA_CORS_H

struct config;
struct reply;
struct request;

/* Sets the CORS fields of a reply. `methods`: the methods of the path, as in its Allow header. */
void cors_admit(const struct config *c, const struct request *q, const char *methods,
		struct reply *rep);

#endif
