#include "auth/password.h"
#include "core/crypto.h"

#include <stddef.h>
#include <string.h>

enum password_kind password_kind(const char *stored)
{
	if (crypto_is_argon2id(stored))
		return PASSWORD_ARGON2ID;
	return stored[0] == '$' && strchr(stored + 1, '$') != NULL ? PASSWORD_UNSUPPORTED
								   : PASSWORD_PLAIN;
}

/* Compares digests, which all have the same length. So the time of the comparison does not tell the
 * length of a password. */
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

unsigned long password_kib(const char *stored, const char *work_like)
{
	bool own = stored != NULL && password_kind(stored) == PASSWORD_ARGON2ID;
	const char *hash = own ? stored : work_like;

	return hash != NULL ? crypto_argon2id_kib(span_of(hash)) : 0;
}

enum result password_verify(const char *stored, const char *work_like, const char *sent,
			    const char **why)
{
	const char *hash = work_like;
	bool right = false;

	*why = "wrong password";
	if (stored == NULL)
		*why = "unknown user";
	else if (password_kind(stored) == PASSWORD_ARGON2ID)
		hash = stored;
	else if (password_kind(stored) == PASSWORD_UNSUPPORTED)
		*why = "password hash of an unsupported method";
	else
		right = equals_plain(stored, sent);

	if (hash != NULL)
		switch (crypto_argon2id(hash, sent)) {
		case CRYPTO_FAILED:
			return RESULT_UNAVAILABLE;
		case CRYPTO_MATCH:
			right = right || hash == stored;
			break;
		case CRYPTO_MISMATCH:
			break;
		}
	return right ? RESULT_OK : RESULT_UNAUTHENTICATED;
}
