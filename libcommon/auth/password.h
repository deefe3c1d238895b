/* password: does this password belong to this user? All answers take the same time, whatever they
 * are. */
#ifndef SSA_PASSWORD_H
#define SSA_PASSWORD_H

#include "core/result.h"

/* Verifies what was sent against what users.json holds: an Argon2id string or the plain text. A
 * string of the form $…$ is a hash and never compared as plain text.
 *
 * stored NULL: there is no such user. work_like: an Argon2id string of the same file, or NULL.
 * Every answer costs one Argon2id run where the file has any hash, a right plain-text password too:
 * so the clock tells neither a name, nor the kind of its password, nor whether a guess was right to
 * a client that leaves before the answer (OWASP ASVS 5.0, 6.3.8). Call it with a hashing slot taken.
 *
 * RESULT_OK: they match. RESULT_UNAUTHENTICATED: they do not; *why is the private reason.
 * RESULT_UNAVAILABLE: no memory for the hash. */
enum result password_verify(const char *stored, const char *work_like, const char *sent,
			    const char **why);

#endif
