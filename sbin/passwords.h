/* passwords: makes the hash of a new password. */
#ifndef SSA_PASSWORDS_H
#define SSA_PASSWORDS_H

#include "core/crypto.h"
#include "core/sizes.h"
#include "ssactl.h"

/* Makes the Argon2id string of a password that is asked for or, with --random, made. It costs as
 * much as the hash `like` (see crypto_argon2id_make). The caller wipes `password`, and prints it if
 * it is a random one. A failure was said on stderr. */
enum exit_code passwords_make(struct ctl *c, const char *like, char hash[static CRYPTO_HASH_SIZE],
			      char password[static PASSWORD_MAX_BYTES + 1]);

#endif
