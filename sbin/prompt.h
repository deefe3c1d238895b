/* prompt: reads a password, or makes one, and makes its hash. */
#ifndef SSA_PROMPT_H
#define SSA_PROMPT_H

#include "core/crypto.h"
#include "core/sizes.h"
#include "ssactl.h"

#include <stdbool.h>

enum { PROMPT_RANDOM_LEN = 24 }; /* characters of base64url: 144 bits */

/* Reads a password. If stdin is a terminal, it asks there without echo, `twice` if the password is
 * a new one. Otherwise all of stdin is the password, but not a newline at its end. false: *why is
 * the reason, as one line. The caller wipes `out`. */
bool prompt_password(char out[static PASSWORD_MAX_BYTES + 1], bool twice, const char **why);

/* Makes a random password. false: the kernel gave no random bytes. */
bool prompt_random(char out[static PASSWORD_MAX_BYTES + 1]);

/* Makes the Argon2id string of a password that is asked for or, with --random, made. It costs as
 * much as the hash `like` (see crypto_argon2id_make). The caller wipes `password`, and prints it if
 * it is a random one. A failure was said on stderr. */
enum exit_code prompt_hash(struct ctl *c, const char *like, char hash[static CRYPTO_HASH_SIZE],
			   char password[static PASSWORD_MAX_BYTES + 1]);

#endif
