/* crypto: random texts, digests, comparison and Argon2id. Only this module knows libsodium. */
#ifndef SSA_CRYPTO_H
#define SSA_CRYPTO_H

#include "core/span.h"

#include <stdbool.h>
#include <stddef.h>

/* The digits of base64url (RFC 4648, section 5), from 0 to 63. */
#define CRYPTO_BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

#define CRYPTO_DIGEST_LEN 43 /* 32 bytes in base64url without padding */
enum { CRYPTO_RANDOM_MAX = 64 /* characters */ };

/* Tells whether a string is `len` characters of base64url. */
bool crypto_is_base64url(const char *text, size_t len);

/* Writes `len` random characters of base64url, of 6 bits each, and a NUL. `len` is a multiple of 4,
 * up to CRYPTO_RANDOM_MAX. false: the kernel gave no random bytes. */
bool crypto_random(char *out, size_t len);

/* Computes the BLAKE2b-256 digest of strings, each with its NUL; a NULL ends the list. With a key
 * (at most 64 bytes; NULL: none), only someone who knows it can compute the digest or learn from
 * it. */
void crypto_digest(char out[static CRYPTO_DIGEST_LEN + 1], const char *key, ...)
    __attribute__((sentinel));

/* Computes the digest of several texts. Their boundaries count. */
void crypto_digest_spans(char out[static CRYPTO_DIGEST_LEN + 1], const struct span *parts,
			 size_t count);

/* Computes the digest of one text, as other programs do (b2sum -l 256). */
void crypto_digest_text(char out[static CRYPTO_DIGEST_LEN + 1], const char *text, size_t len);

/* Compares `len` bytes in constant time. */
bool crypto_equal(const char *a, const char *b, size_t len);

/* An Argon2id string begins like this (RFC 9106; the PHC string format of argon2 and libsodium). */
#define CRYPTO_ARGON2ID "$argon2id$v=19$"

/* Tells whether a text is a whole Argon2id string, whose parameters libsodium accepts: one that is
 * cut off or has another mistake matches no password. */
bool crypto_is_argon2id(const char *text);

enum crypto_verdict {
	CRYPTO_MATCH,
	CRYPTO_MISMATCH,
	CRYPTO_FAILED, /* no memory for the hash, or no usable processor features */
};

/* Verifies a password against an Argon2id string, $argon2id$v=19$m=…,t=…,p=…$salt$hash, which
 * decides the time and memory that this takes. Any other string never matches. */
enum crypto_verdict crypto_argon2id(const char *hash, const char *password);

/* The memory in KiB that crypto_argon2id takes for a hash, which may be followed by other text. 0:
 * this is no such hash. */
unsigned long crypto_argon2id_kib(struct span hash);

/* Makes an Argon2id string of a password, with the memory and the passes of the hash `like`. If
 * it is NULL or no such hash, with the least that OWASP recommends (19 MiB, 2 passes). false: no
 * memory, no random bytes, or `like` has a cost that is not allowed. */
enum { CRYPTO_HASH_SIZE = 128 };
bool crypto_argon2id_make(char out[static CRYPTO_HASH_SIZE], const char *password,
			  const char *like);

/* Overwrites a secret that is no longer needed. */
void crypto_wipe(void *secret, size_t len);

#endif
