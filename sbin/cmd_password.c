/* The commands about passwords: hash, verify. */
#include "auth/password.h"
#include "data/users.h"
#include "prompt.h"

#include <stdio.h>

enum exit_code cmd_hash(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1], hash[CRYPTO_HASH_SIZE];
	struct users u;
	const char *like = NULL;

	/* Without a file, the hash has the usual cost. */
	if (users_open(&u, c->config.data_dir, false) && users_refresh(&u))
		like = users_work_like(&u);
	enum exit_code code = prompt_hash(c, like, hash, password);
	if (code == CTL_DONE && c->random)
		puts(password);
	if (code == CTL_DONE)
		puts(hash);
	crypto_wipe(password, sizeof password);
	users_close(&u);
	return code;
}

static enum exit_code verify(const struct user *user)
{
	char password[PASSWORD_MAX_BYTES + 1];
	const char *why;

	if (!prompt_password(password, false, &why))
		return ctl_say(CTL_FAILED, "%s", why);
	enum result result = password_verify(user->password, NULL, password, &why);
	crypto_wipe(password, sizeof password);
	if (result == RESULT_UNAVAILABLE)
		return ctl_say(CTL_FAILED, "no memory for the cost of the hash");
	if (result != RESULT_OK)
		return ctl_say(CTL_NO, "%s", why);
	puts(user->disabled ? "right, but the user is disabled" : "right");
	return CTL_DONE;
}

enum exit_code cmd_verify(struct ctl *c)
{
	struct user user;
	struct users u;

	if (!ctl_open_users(c, &u))
		return CTL_FAILED;
	enum exit_code code = users_find(&u, c->args[0], &user) == USERS_FOUND
				  ? verify(&user)
				  : ctl_no_user(c->args[0]);
	crypto_wipe(&user, sizeof user);
	users_close(&u);
	return code;
}
