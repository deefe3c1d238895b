/* password: checks whether a password belongs to a user. All answers take the same time. */
#ifndef SSA_PASSWORD_H
#define SSA_PASSWORD_H

#include "core/result.h"

/* What users.json holds for a password. A string of the form $…$ is a hash. */
enum password_kind { PASSWORD_PLAIN, PASSWORD_ARGON2ID, PASSWORD_UNSUPPORTED };
enum password_kind password_kind(const char *stored);

/* The memory in KiB that password_verify takes for the hash that it computes. 0: it computes
 * none. */
unsigned long password_kib(const char *stored, const char *work_like);

/* Compares the password that was sent with the one that users.json holds: an Argon2id string or the
 * plain text. A string of the form $…$ is a hash and is never compared as plain text.
 *
 * stored: NULL if there is no such user. work_like: an Argon2id string of the same file, or NULL.
 * If the file has any hash, every answer costs one Argon2id run, also for a right plain-text
 * password. So the time does not tell whether a name exists, which kind of password it has, or, to
 * a client that leaves before the answer, whether a guess was right (OWASP ASVS 5.0, 6.3.8). The
 * caller must hold a hashing slot.
 *
 * RESULT_OK: they match. RESULT_UNAUTHENTICATED: they do not match, and *why is the reason, for the
 * log only. RESULT_UNAVAILABLE: no memory for the hash. */
enum result password_verify(const char *stored, const char *work_like, const char *sent,
			    const char **why);

#endif
