/* users: data/users.json. A record is {"username": string, "password": string, "disabled": bool,
 * "machines": [ids]}, the last two optional, others ignored. */
#ifndef SSA_USERS_H
#define SSA_USERS_H

#include "records.h"

#include <stdbool.h>
#include <stddef.h>

enum { USERS_NAME_MAX_BYTES = 256, USERS_PASSWORD_MAX_BYTES = 1024 };

struct users {
	struct records records;
	char work_like[USERS_PASSWORD_MAX_BYTES + 1]; /* see users_work_like */
	unsigned work_like_of; /* the generation it was taken from; 0: none yet */
};

struct user {
	char password[USERS_PASSWORD_MAX_BYTES + 1]; /* as it stands in the file */
	bool disabled;
	/* The ids he may see, a JSON array as written, in the file's text: valid until the next
	 * users_refresh. at is NULL where he sees all machines. */
	struct span machines;
};

bool users_open(struct users *u, const char *data_dir);
void users_close(struct users *u);

/* As records_refresh. */
bool users_refresh(struct users *u);

/* Finds a user by his exact name; of two records with one name the first counts. false: there is
 * none, or his password is longer than any that can be sent, or memory ran out: then errno is ENOMEM, if it
 * was 0 before. Wipe user->password when done. */
bool users_find(struct users *u, const char *name, struct user *user);

/* The first Argon2id string of the file: what verifying an unknown user's password should cost.
 * NULL: there is none. Valid until the next call. */
const char *users_work_like(struct users *u);

#endif
