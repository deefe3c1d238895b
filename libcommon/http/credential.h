/* credential: the one ticket or API token that a request has, in X-Auth-Token or as Bearer in
 * Authorization (RFC 6750, 2.1). */
#ifndef SSA_CREDENTIAL_H
#define SSA_CREDENTIAL_H

struct request;

/* Sets *credential to it, as it was sent; NULL: there is none. Schemes of Authorization other than
 * Bearer are ignored, because a proxy in front may have a login as well. Returns NULL, or why the
 * request is refused: a second one is an attack or an accident. */
const char *credential_find(const struct request *q, const char **credential);

#endif
