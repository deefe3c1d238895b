/* tokens: the API tokens of users.json, for programs that cannot log in again and again. A token is
 * `ssa_` and 43 characters of base64url; the record of its user has only its digest:
 *
 *   "tokens":[{"name":"ci","digest":"<BLAKE2b-256>","expires":1790000000,"machines":[100]}]
 *
 * `expires` (Unix seconds) and `machines` (which narrows what the user may see) are optional. A
 * token that breaks a rule is void, because it must not count by halves: it has an unknown member
 * or a wrong type, or another token has its digest, or another one of the user its name. */
#ifndef SSA_TOKENS_H
#define SSA_TOKENS_H

#include "core/crypto.h"
#include "core/sizes.h"
#include "core/span.h"
#include "data/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKENS_PREFIX "ssa_"
enum {
	TOKENS_LEN = sizeof TOKENS_PREFIX - 1 + 43,
};

struct token {
	char name[TOKEN_NAME_MAX_BYTES + 1];
	char digest[CRYPTO_DIGEST_LEN + 1];
	long long expires_at; /* Unix seconds; below 0: never */
	struct span machines; /* a JSON array in the file's text; `at` NULL: no limit */
	uint32_t record;      /* of the user, in the table */
	const char *at;       /* its place in the text */
};

/* The valid tokens of one version of the file, in the order of their digests. */
struct tokens {
	struct token *list;
	size_t count;
};

/* Whether a text has the form of an API token. */
bool tokens_is_token(const char *text);

void tokens_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *token);

/* Whether a text can be the name of a token. */
bool tokens_is_name(const char *name);

/* Reads the tokens of all records of a table, whose text must live as long as the result. `list_of`
 * finds the array in a record, and `complain` (NULL: nobody) is told each void token. false: no
 * memory; otherwise the caller frees the result. */
typedef void tokens_complain(void *context, size_t record, const char *at, const char *why);
bool tokens_read(struct tokens *all, const struct table *t,
		 struct span (*list_of)(struct span record), tokens_complain *complain,
		 void *context);
void tokens_free(struct tokens *all);

/* NULL: there is no such token. */
const struct token *tokens_find(const struct tokens *all, const char *token);

#endif
