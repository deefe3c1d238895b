#include "core/crypto.h"
#include "core/number.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <sodium.h>

enum { DIGEST_BYTES = 32 };

static void write_base64(char *out, size_t len, const unsigned char *bytes, size_t count)
{
	sodium_bin2base64(out, len + 1, bytes, count, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Four times as fast as write_base64. The time may depend on a digest, because it is no secret. */
static void write_digest(char out[static CRYPTO_DIGEST_LEN + 1],
			 const unsigned char digest[static DIGEST_BYTES])
{
	static const char digits[] = CRYPTO_BASE64URL;
	unsigned bits = 0, count = 0;
	char *at = out;

	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		bits = bits << 8 | digest[i];
		for (count += 8; count >= 6; count -= 6)
			*at++ = digits[bits >> (count - 6) & 63];
	}
	*at++ = digits[bits << (6 - count) & 63]; /* 256 bits are 42 digits and 4 bits */
	*at = '\0';
}

bool crypto_is_base64url(const char *text, size_t len)
{
	return strspn(text, CRYPTO_BASE64URL) == len && text[len] == '\0';
}

bool crypto_random(char *out, size_t len)
{
	unsigned char random[CRYPTO_RANDOM_MAX / 4 * 3];
	size_t count = len / 4 * 3;

	/* randombytes_buf would end the process on a failure. */
	if (getrandom(random, count, 0) != (ssize_t)count)
		return false;
	write_base64(out, len, random, count);
	sodium_memzero(random, sizeof random);
	return true;
}

void crypto_digest(char out[static CRYPTO_DIGEST_LEN + 1], const char *key, ...)
{
	crypto_generichash_state state;
	unsigned char digest[DIGEST_BYTES];
	const char *part;
	va_list parts;

	crypto_generichash_init(&state, (const unsigned char *)key, key ? strlen(key) : 0,
				sizeof digest);
	va_start(parts, key);
	while ((part = va_arg(parts, const char *)) != NULL)
		crypto_generichash_update(&state, (const unsigned char *)part, strlen(part) + 1);
	va_end(parts);
	crypto_generichash_final(&state, digest, sizeof digest);
	write_digest(out, digest);
}

void crypto_digest_spans(char out[static CRYPTO_DIGEST_LEN + 1], const struct span *parts,
			 size_t count)
{
	crypto_generichash_state state;
	unsigned char digest[DIGEST_BYTES];

	crypto_generichash_init(&state, NULL, 0, sizeof digest);
	for (size_t i = 0; i < count; i++) {
		const struct span *part = &parts[i];
		crypto_generichash_update(&state, (const unsigned char *)&part->len,
					  sizeof part->len);
		crypto_generichash_update(&state, (const unsigned char *)part->at, part->len);
	}
	crypto_generichash_final(&state, digest, sizeof digest);
	write_digest(out, digest);
}

void crypto_digest_text(char out[static CRYPTO_DIGEST_LEN + 1], const char *text, size_t len)
{
	unsigned char digest[DIGEST_BYTES];

	crypto_generichash(digest, sizeof digest, (const unsigned char *)text, len, NULL, 0);
	write_digest(out, digest);
}

bool crypto_equal(const char *a, const char *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

/* Takes the memory off the front of a hash. Each parameter of Argon2 has 32 bits. */
static bool take_kib(struct span *hash, unsigned long long *kib)
{
	return span_take(hash, CRYPTO_ARGON2ID "m=") && number_take(hash, kib) &&
	       *kib <= UINT32_MAX;
}

unsigned long crypto_argon2id_kib(struct span hash)
{
	unsigned long long kib;

	return take_kib(&hash, &kib) ? (unsigned long)kib : 0;
}

/* Takes a parameter of Argon2, which is never 0, and is not written with a zero in front. */
static bool take_parameter(struct span *hash, const char *name, unsigned long long *out)
{
	return span_take(hash, name) && hash->len > 0 && *hash->at != '0' &&
	       number_take(hash, out) && *out <= UINT32_MAX;
}

/* Tells whether a text is base64 without padding of at least so many bytes. */
static bool is_base64(struct span text, size_t least)
{
	unsigned char bytes[1024];
	size_t len;

	return sodium_base642bin(bytes, sizeof bytes, text.at, text.len, NULL, &len, NULL,
				 sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
	       len >= least;
}

bool crypto_is_argon2id(const char *text)
{
	enum { SALT_MIN_BYTES = 8, HASH_MIN_BYTES = 16, LANE_MIN_KIB = 8 };
	struct span rest = span_of(text), salt;
	unsigned long long kib, passes, lanes;

	return span_take(&rest, CRYPTO_ARGON2ID) && take_parameter(&rest, "m=", &kib) &&
	       take_parameter(&rest, ",t=", &passes) && take_parameter(&rest, ",p=", &lanes) &&
	       kib >= LANE_MIN_KIB * lanes && span_take(&rest, "$") &&
	       span_next(&rest, '$', &salt) && is_base64(salt, SALT_MIN_BYTES) && rest.at != NULL &&
	       is_base64(rest, HASH_MIN_BYTES);
}

/* Tells whether there is enough memory for a hash. libsodium 1.0.18 reports a lack of memory as a
 * wrong password, so the caller checks before the hash, and again after a wrong password. It misses
 * only memory that other processes take and give back between the two checks. */
static bool has_memory_for(const char *hash)
{
	enum { BESIDE_BYTES = 65536 }; /* for the rest of the work */
	unsigned long kib = crypto_argon2id_kib(span_of(hash));

	if (kib == 0)
		return true;
	void *memory = malloc((size_t)kib * 1024 + BESIDE_BYTES);
	free(memory);
	return memory != NULL;
}

enum crypto_verdict crypto_argon2id(const char *hash, const char *password)
{
	/* It picks the fastest code for this processor in 30 µs, which only a hash is worth. */
	if (sodium_init() < 0 || !has_memory_for(hash))
		return CRYPTO_FAILED;
	if (crypto_pwhash_argon2id_str_verify(hash, password, strlen(password)) == 0)
		return CRYPTO_MATCH;
	return has_memory_for(hash) ? CRYPTO_MISMATCH : CRYPTO_FAILED;
}

/* Reads the memory and the passes from a hash. */
static bool read_cost(struct span hash, unsigned long long *kib, unsigned long long *passes)
{
	return take_kib(&hash, kib) && span_take(&hash, ",t=") && number_take(&hash, passes) &&
	       span_take(&hash, ",");
}

bool crypto_argon2id_make(char out[static CRYPTO_HASH_SIZE], const char *password, const char *like)
{
	unsigned long long kib, passes;

	_Static_assert(CRYPTO_HASH_SIZE >= crypto_pwhash_argon2id_STRBYTES, "a hash must fit");
	if (like == NULL || !read_cost(span_of(like), &kib, &passes)) {
		kib = 19456;
		passes = 2;
	}
	return sodium_init() >= 0 && crypto_pwhash_argon2id_str(out, password, strlen(password),
								passes, (size_t)kib * 1024) == 0;
}

void crypto_wipe(void *secret, size_t len)
{
	sodium_memzero(secret, len);
}
