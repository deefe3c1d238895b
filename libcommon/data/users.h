/* users: data/users.json. A record is {"username": string, "password": string, "disabled": bool,
 * "machines": [ids]}, the last two optional, others ignored. */
#ifndef SSA_USERS_H
#define SSA_USERS_H

#include "core/sizes.h"
#include "data/records.h"

#include <stdbool.h>
#include <stddef.h>

struct users {
	struct records records;
	char work_like[PASSWORD_MAX_BYTES + 1]; /* see users_work_like */
	unsigned work_like_of;                  /* the generation it was taken from; 0: none yet */
};

struct user {
	char password[PASSWORD_MAX_BYTES + 1]; /* as it stands in the file */
	bool disabled;
	/* The ids that the user may see, a JSON array as written, in the file's text: valid until the next
	 * users_refresh. `at` is NULL where the user sees all machines. */
	struct span machines;
};

/* As records_open. */
bool users_open(struct users *u, const char *data_dir, bool resident);
void users_close(struct users *u);

/* As records_refresh. */
bool users_refresh(struct users *u);

/* Finds a user by the exact name; of two records with one name the first counts. Wipe
 * user->password when done. */
enum users_found {
	USERS_FOUND,
	USERS_UNKNOWN, /* or with a password longer than any that can be sent */
	USERS_NO_MEMORY,
};
enum users_found users_find(struct users *u, const char *name, struct user *user);

/* The first Argon2id string of the file: what verifying an unknown user's password should cost.
 * NULL: there is none. Valid until the next call. */
const char *users_work_like(struct users *u);

#endif
