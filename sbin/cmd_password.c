/* The commands for passwords: hash, verify. */
#include "auth/password.h"
#include "command.h"
#include "data/users.h"
#include "prompt.h"

#include <stdio.h>

static enum exit_code hash_password(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1], hash[CRYPTO_HASH_SIZE];
	const char *like = NULL;
	struct users u;

	/* Without a file, the hash has the usual cost. */
	if (users_open(&u, c->config.data_dir, false) && records_refresh(&u.records))
		like = users_work_like(&u);
	prompt_hash(c, like, hash, password);
	if (c->random)
		puts(password);
	puts(hash);
	crypto_wipe(password, sizeof password);
	users_close(&u);
	return CTL_DONE;
}

static enum exit_code verify(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1];
	struct user user;
	struct users u;
	const char *why;

	ctl_open_users(c, &u);
	if (users_find(&u, c->args[0], &user) != USERS_FOUND)
		ctl_no_user(c->args[0]);
	prompt_password(password, false);
	enum result result = password_verify(user.password, NULL, password, &why);
	bool disabled = user.disabled;
	crypto_wipe(password, sizeof password);
	crypto_wipe(&user, sizeof user);
	users_close(&u);
	if (result == RESULT_UNAVAILABLE)
		ctl_end(CTL_FAILED, "cannot check the password: no memory for its hash");
	if (result != RESULT_OK)
		ctl_end(CTL_NO, "%s", why);
	puts(disabled ? "right, but the user is disabled" : "right");
	return CTL_DONE;
}

const struct command cmd_password[] = {
    {"hash", "", "print the Argon2id hash of a password", 0, 0, RANDOM, FILES, hash_password},
    {"verify", "NAME", "check a user's password", 1, 1, 0, FILES, verify},
    {0},
};
