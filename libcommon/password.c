#include "password.h"
#include "crypto.h"

#include <stddef.h>
#include <string.h>

static bool is_argon2id(const char *stored)
{
	return strncmp(stored, "$argon2id$v=19$", 15) == 0;
}

static bool is_hash(const char *stored)
{
	return stored[0] == '$' && strchr(stored + 1, '$') != NULL;
}

/* Digests have one length, so the comparison tells nothing of the length of either. */
static bool equals_plain(const char *stored, const char *sent)
{
	char a[CRYPTO_DIGEST_LEN + 1], b[CRYPTO_DIGEST_LEN + 1];

	crypto_digest(a, NULL, stored, NULL);
	crypto_digest(b, NULL, sent, NULL);
	bool equal = crypto_equal(a, b, CRYPTO_DIGEST_LEN);
	crypto_wipe(a, sizeof a);
	crypto_wipe(b, sizeof b);
	return equal;
}

enum result password_verify(const char *stored, const char *work_like, const char *sent,
			    const char **why)
{
	enum crypto_verdict verdict = CRYPTO_MISMATCH;

	if (stored != NULL && is_argon2id(stored)) {
		*why = "wrong password";
		verdict = crypto_argon2id(stored, sent);
		if (verdict == CRYPTO_FAILED)
			return RESULT_UNAVAILABLE;
		return verdict == CRYPTO_MATCH ? RESULT_OK : RESULT_UNAUTHENTICATED;
	}
	if (stored != NULL && !is_hash(stored) && equals_plain(stored, sent))
		return RESULT_OK;

	*why = stored == NULL    ? "unknown user"
	       : is_hash(stored) ? "password hash of an unsupported method"
				 : "wrong password";
	if (work_like != NULL)
		verdict = crypto_argon2id(work_like, sent);
	return verdict == CRYPTO_FAILED ? RESULT_UNAVAILABLE : RESULT_UNAUTHENTICATED;
}
