/* users: the records of data/users.json. A record is {"username": string, "password": string,
 * "disabled": bool, "machines": [ids]}. The last two members are optional, and members with other
 * names are ignored. */
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
	unsigned work_like_of;                  /* the generation it was taken from; 0: none yet */
	struct tokens tokens;                   /* read at the first use of one */
	unsigned tokens_of;                     /* their generation; 0: none yet */
	unsigned long hash_kib;                 /* see users_hash_kib */
	unsigned hash_kib_of;                   /* the generation that it is of; 0: none yet */
};

struct user {
	char password[PASSWORD_MAX_BYTES + 1]; /* as it stands in the file */
	bool disabled;
	/* The ids that the user may see: a JSON array as written, in the text of the file. It is
	 * valid until the next users_refresh. `at` is NULL if the user sees all machines. */
	struct span machines;
};

/* Works like records_open. */
bool users_open(struct users *u, const char *data_dir, bool resident);
void users_close(struct users *u);

/* Works like records_refresh. */
bool users_refresh(struct users *u);

/* Finds a user by the exact name. If two records have the same name, the first one counts. The
 * caller wipes user->password when it is done. */
enum users_found {
	USERS_FOUND,
	USERS_UNKNOWN, /* or the password is longer than any that can be sent */
	USERS_NO_MEMORY,
};
enum users_found users_find(struct users *u, const char *name, struct user *user);

/* Writes the name of one record, which a table of users_kind holds. false: it is empty, longer than
 * any that can be sent, or there is no memory. */
bool users_name(struct span record, char name[static USERNAME_MAX_BYTES + 1]);

/* The tokens of a record, a JSON array. `at` is NULL if it has none. */
struct span users_tokens(struct span record);

/* Finds the user of an API token, by the token itself. What is void is logged once for each version
 * of the file. The caller wipes user->password. */
enum users_found users_find_token(struct users *u, const char *text, struct token *token,
				  char name[static USERNAME_MAX_BYTES + 1], struct user *user);

/* Reads one record, which a table of users_kind holds. USERS_UNKNOWN: as above. */
enum users_found users_read(struct span record, struct user *user);

/* The memory in KiB of the largest hash of the file. 0: it has none. */
unsigned long users_hash_kib(struct users *u);

/* Returns the first Argon2id string of the file, or NULL if there is none. To verify the password
 * of an unknown user should cost as much as this hash. Valid until the next call. */
const char *users_work_like(struct users *u);

#endif
