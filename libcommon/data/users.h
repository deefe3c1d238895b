/* users: the records of data/users.json: {"username": string, "password": string, "disabled": bool,
 * "machines": [ids], "tokens": [see tokens.h]}. The last three are optional, and other members are
 * ignored. */
#ifndef SSA_USERS_H
#define SSA_USERS_H

#include "core/sizes.h"
#include "data/records.h"
#include "data/tokens.h"

#include <stdbool.h>
#include <stddef.h>

extern const struct table_kind users_kind;

struct users {
	struct records records;
	char work_like[PASSWORD_MAX_BYTES + 1]; /* see users_work_like */
	unsigned work_like_of;                  /* its generation; 0: none yet */
	struct tokens tokens;                   /* read when one is used first */
	unsigned tokens_of;                     /* their generation; 0: none yet */
	unsigned long hash_kib;                 /* see users_hash_kib */
	unsigned hash_kib_of;                   /* its generation; 0: none yet */
};

struct user {
	char password[PASSWORD_MAX_BYTES + 1]; /* plain text or a hash */
	bool disabled;
	/* The ids that the user may see: a JSON array in the file's text, valid until the next
	 * records_refresh. `at` NULL: all machines. */
	struct span machines;
};

/* As records_open. `records` is refreshed as such. */
bool users_open(struct users *u, const char *data_dir, bool resident);
void users_close(struct users *u);

/* Finds a user by the exact name. Of two records with one name, the first one counts. The caller
 * wipes user->password. */
enum users_found {
	USERS_FOUND,
	USERS_UNKNOWN, /* or the password is longer than any that can be sent */
	USERS_NO_MEMORY,
};
enum users_found users_find(struct users *u, const char *name, struct user *user);

/* Writes the name in a record of a table of users_kind. false: it is empty, longer than any that
 * can be sent, or there is no memory. */
bool users_name(struct span record, char name[static USERNAME_MAX_BYTES + 1]);

/* The tokens in a record, a JSON array. `at` NULL: none. */
struct span users_tokens(struct span record);

/* Finds an API token, and its user. Void tokens are logged once for each version of the file. The
 * caller wipes user->password. */
enum users_found users_find_token(struct users *u, const char *text, struct token *token,
				  char name[static USERNAME_MAX_BYTES + 1], struct user *user);

/* Reads a record of a table of users_kind. USERS_UNKNOWN: as above. */
enum users_found users_read(struct span record, struct user *user);

/* The memory in KiB that the largest hash of the file takes. 0: it has none. */
unsigned long users_hash_kib(struct users *u);

/* Returns the first Argon2id string of the file, or NULL. An unknown user's password is verified
 * against it, so that this takes as long as for a user. Valid until the next call. */
const char *users_work_like(struct users *u);

#endif
