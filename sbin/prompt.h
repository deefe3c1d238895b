/* prompt: reads a password, or makes one, and makes its hash. What fails ends the program. The
 * caller wipes each password. */
#ifndef SSA_PROMPT_H
#define SSA_PROMPT_H

#include "core/crypto.h"
#include "core/sizes.h"
#include "ctl.h"

#include <stdbool.h>

/* Reads a password. If stdin is a terminal, it asks there without echo, `twice` if the password is
 * a new one. Otherwise all of stdin is the password, but not a newline at its end. */
void prompt_password(char out[static PASSWORD_MAX_BYTES + 1], bool twice);

/* Makes the Argon2id string of a password that is asked for or, with --random, made: 24 characters
 * of base64url, 144 bits. The hash costs as much as `like` (see crypto_argon2id_make). */
void prompt_hash(struct ctl *c, const char *like, char hash[static CRYPTO_HASH_SIZE],
		 char password[static PASSWORD_MAX_BYTES + 1]);

#endif
