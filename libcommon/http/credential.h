/* credential: the one ticket or API token that a request has, in X-Auth-Token or as Bearer in
 * Authorization (RFC 6750, 2.1). */
#ifndef SSA_CREDENTIAL_H
#define SSA_CREDENTIAL_H

struct request;

/* Sets *credential to it, as it was sent; NULL: the request has no credential. Other schemes than
 * Bearer are ignored, because a proxy may use them for its own login. Returns NULL, or why the
 * request is refused: two credentials are an attack or an accident. */
const char *credential_find(const struct request *q, const char **credential);

#endif
