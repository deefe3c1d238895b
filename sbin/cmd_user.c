/* The commands that look at users: user list, user show. */
#include "core/crypto.h"
#include "data/users.h"
#include "listing.h"
#include "ssactl.h"

#include <string.h>

enum exit_code ctl_no_user(const char *name)
{
	return ctl_say(CTL_NO, "there is no user \"%s\"", name);
}

bool ctl_open_users(struct ctl *c, struct users *u)
{
	if (users_open(u, c->config.data_dir, false) && users_refresh(u))
		return true;
	ctl_say(CTL_FAILED, "%s/users.json: %s", c->config.data_dir,
		u->records.fault ? u->records.fault : "its path is too long");
	users_close(u);
	return false;
}

void ctl_note_user(struct ctl *c, const char *name)
{
	struct users u;

	if (!users_open(&u, c->config.data_dir, false))
		return;
	if (users_refresh(&u) &&
	    records_find(&u.records, name, strlen(name)) == u.records.table.count)
		ctl_say(CTL_DONE, "note: there is no user \"%s\"", name);
	users_close(&u);
}

/* What kind of password it is, and never the password. */
static const char *kind_of(const char *password)
{
	if (strncmp(password, CRYPTO_ARGON2ID, sizeof CRYPTO_ARGON2ID - 1) == 0)
		return "argon2id";
	return password[0] == '$' && strchr(password + 1, '$') != NULL ? "unsupported" : "plain";
}

static void list_user(struct listing *l, const char *name, const struct user *user)
{
	listing_text(l, name);
	listing_text(l, kind_of(user->password));
	listing_value(l, user->disabled ? "true" : "false", user->disabled ? 4 : 5);
	listing_value(l, user->machines.at, user->machines.len);
}

#define USER_COLUMNS                                                                               \
	{                                                                                          \
		"username", "password", "disabled", "machines"                                     \
	}

/* Prints the list and frees it. */
static enum exit_code print(struct ctl *c, struct listing *l, struct users *u)
{
	users_close(u);
	return listing_print(l, c->json) ? CTL_DONE : ctl_say(CTL_FAILED, "cannot write the users");
}

enum exit_code cmd_user_list(struct ctl *c)
{
	struct listing l = {.columns = USER_COLUMNS};
	char name[USERNAME_MAX_BYTES + 1];
	struct user user;
	struct users u;

	if (!ctl_open_users(c, &u))
		return CTL_FAILED;
	for (size_t i = 0; i < u.records.table.count; i++) {
		struct span record = records_text(&u.records, i);
		if (!users_name(record, name) || users_read(record, &user) != USERS_FOUND)
			continue; /* nobody can log in with it, and `check` tells of it */
		list_user(&l, name, &user);
	}
	crypto_wipe(&user, sizeof user);
	return print(c, &l, &u);
}

enum exit_code cmd_user_show(struct ctl *c)
{
	struct listing l = {.columns = USER_COLUMNS};
	struct user user;
	struct users u;

	if (!ctl_open_users(c, &u))
		return CTL_FAILED;
	if (users_find(&u, c->args[0], &user) != USERS_FOUND) {
		users_close(&u);
		return ctl_no_user(c->args[0]);
	}
	list_user(&l, c->args[0], &user);
	crypto_wipe(&user, sizeof user);
	return print(c, &l, &u);
}
