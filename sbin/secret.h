/* secret: reads a password, or makes one. */
#ifndef SSA_SECRET_H
#define SSA_SECRET_H

#include "core/sizes.h"

#include <stdbool.h>

enum { SECRET_RANDOM_LEN = 24 }; /* characters of base64url: 144 bits */

/* Reads a password. If stdin is a terminal, it asks there without echo, `twice` if the password is
 * a new one. Otherwise all of stdin is the password, but not a newline at its end. false: *why is
 * the reason, as one line. The caller wipes `out`. */
bool secret_read(char out[static PASSWORD_MAX_BYTES + 1], bool twice, const char **why);

/* Makes a random password. false: the kernel gave no random bytes. */
bool secret_random(char out[static PASSWORD_MAX_BYTES + 1]);

#endif
