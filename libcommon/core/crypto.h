/* crypto: random tickets, digests, comparison, Argon2id. The only module that knows libsodium. */
#ifndef SSA_CRYPTO_H
#define SSA_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CRYPTO_TICKET_LEN = 43, /* 32 bytes, base64url without padding (RFC 4648, section 5) */
	CRYPTO_DIGEST_LEN = 64, /* 32 bytes, hexadecimal */
};

/* A ticket from the kernel's generator: 256 bits (OWASP ASVS 5.0, 7.2.3). false: the kernel gave
 * none. */
bool crypto_ticket(char out[static CRYPTO_TICKET_LEN + 1]);

/* BLAKE2b-256 of strings, each with its NUL, up to a NULL. With a key (at most 64 bytes; NULL:
 * none) only who knows the key can compute it or learn from it. Needs no set-up. */
void crypto_digest(char out[static CRYPTO_DIGEST_LEN + 1], const char *key, ...)
    __attribute__((sentinel));

/* Whether two strings of `len` bytes are equal, in a time that does not depend on where they
 * differ. */
bool crypto_equal(const char *a, const char *b, size_t len);

/* How an Argon2id string begins (RFC 9106; the PHC string format of argon2 and libsodium). */
#define CRYPTO_ARGON2ID "$argon2id$v=19$"

enum crypto_verdict {
	CRYPTO_MATCH,
	CRYPTO_MISMATCH,
	CRYPTO_FAILED, /* no memory for the hash's cost, or no usable processor features */
};

/* Verifies a password against an Argon2id string, $argon2id$v=19$m=…,t=…,p=…$salt$hash. A string
 * that is not one never matches. Takes as long, and as much memory, as the string says. */
enum crypto_verdict crypto_argon2id(const char *hash, const char *password);

/* Overwrites a secret that is no longer needed. */
void crypto_wipe(void *secret, size_t len);

#endif
