/* The commands for users: user list, show, add, passwd, disable, enable, remove, grant. */
#include "auth/password.h"
#include "change.h"
#include "command.h"
#include "core/crypto.h"
#include "core/scan.h"
#include "data/decimal.h"
#include "data/splice.h"
#include "data/users.h"
#include "listing.h"
#include "prompt.h"

#include <stdio.h>
#include <string.h>

/* Lists a record. Shows the kind of the password, never the password. */
static void list_user(struct listing *l, const char *name, struct span record)
{
	static const char *const kinds[] = {[PASSWORD_PLAIN] = "plain",
					    [PASSWORD_ARGON2ID] = "argon2id",
					    [PASSWORD_UNSUPPORTED] = "unsupported"};
	struct user user;
	bool read = users_read(record, &user) == USERS_FOUND;

	listing_text(l, name);
	listing_text(l, read ? kinds[password_kind(user.password)] : "too long");
	listing_value(l, user.disabled ? "true" : "false", user.disabled ? 4 : 5);
	listing_value(l, user.machines.at, user.machines.len);
	crypto_wipe(&user, sizeof user);
}

/* All users, or the first one with this name. */
static enum exit_code list(struct ctl *c)
{
	struct listing l = {.columns = {"username", "password", "disabled", "machines"}};
	char name[USERNAME_MAX_BYTES + 1];
	const char *wanted = c->args[0];
	struct users u;

	ctl_open_users(c, &u);
	for (size_t i = 0; i < u.records.table.count && (wanted == NULL || l.count == 0); i++) {
		struct span record = table_text(&u.records.table, i);
		if (users_name(record, name) && (wanted == NULL || strcmp(name, wanted) == 0))
			list_user(&l, name, record);
	}
	users_close(&u);
	if (wanted != NULL && l.count == 0)
		ctl_no_user(wanted);
	listing_print(&l, c->json);
	return CTL_DONE;
}

/* Gives the user's record a member, or takes it away (value.at NULL), and writes the file. */
static void set_member(struct ctl *c, const char *member, struct span value)
{
	struct text record = {0};
	struct change h;
	size_t place = change_begin_user(&h, c, c->args[0]);
	struct span old = table_text(&h.table, place);

	splice_member(&record, old, member, value);
	change_put(&h, place, record);
	change_finish(&h);
}

/* Makes the hash of a new password, as a JSON string. It costs as much as those of users.json. With
 * --random, print_password must follow before the hash is stored. */
static struct text new_hash(struct ctl *c, char password[static PASSWORD_MAX_BYTES + 1])
{
	char hash[CRYPTO_HASH_SIZE];
	struct text value = {0};
	struct users u;

	ctl_open_users(c, &u);
	prompt_hash(c, users_work_like(&u), hash, password);
	users_close(&u);
	text_json(&value, hash);
	ctl_text(&value);
	return value;
}

static void print_password(struct ctl *c, char password[static PASSWORD_MAX_BYTES + 1])
{
	if (c->random) {
		puts(password);
		ctl_flush(); /* nobody will see it again, so nothing is changed if this fails */
	}
	crypto_wipe(password, PASSWORD_MAX_BYTES + 1);
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7F)
			return false;
	return len > 0 && len <= USERNAME_MAX_BYTES && name[0] != ' ' && name[len - 1] != ' ' &&
	       scan_is_utf8(name, len);
}

static void begin_new(struct change *h, struct ctl *c, const char *name)
{
	change_begin(h, c, &users_kind);
	if (table_find(&h->table, span_of(name)) < h->table.count)
		ctl_end(CTL_NO, "user \"%s\" already exists", name);
}

static enum exit_code add(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1];
	const char *name = c->args[0];
	struct text record = {0};
	struct change h;

	if (!is_name(name))
		ctl_end(CTL_USAGE,
			"a name has 1 to " TEXT_OF(
			    USERNAME_MAX_BYTES) " bytes of UTF-8 without control characters, "
						"and no space at its ends");
	begin_new(&h, c, name); /* so that nobody types a password in vain */
	change_end(&h);
	struct text hash = new_hash(c, password);
	text_string(&record, "{\"username\": ");
	text_json(&record, name);
	text_string(&record, ", \"password\": ");
	text_add(&record, hash.at, hash.len);
	text_string(&record, "}");
	text_free(&hash);
	print_password(c, password);
	begin_new(&h, c, name);
	change_add(&h, record);
	change_finish(&h);
	return CTL_DONE;
}

static enum exit_code passwd(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1];
	struct change h;

	change_begin_user(&h, c, c->args[0]); /* so that nobody types a password in vain */
	change_end(&h);
	struct text hash = new_hash(c, password);
	print_password(c, password);
	set_member(c, "password", ctl_text(&hash));
	text_free(&hash);
	return CTL_DONE;
}

/* The service refuses the sessions of a disabled user at once. They are ended, too, because they
 * would live again if the user was enabled again. */
static enum exit_code disable(struct ctl *c)
{
	set_member(c, "disabled", span_of("true"));
	ctl_end_sessions(c, c->args[0]);
	return CTL_DONE;
}

static enum exit_code enable(struct ctl *c)
{
	set_member(c, "disabled", (struct span){NULL, 0});
	return CTL_DONE;
}

/* If more records have this name, the next one would count. So all of them are removed. */
static enum exit_code remove_user(struct ctl *c)
{
	const char *name = c->args[0];
	struct table_search s;
	struct change h;

	change_begin_user(&h, c, name);
	table_search(&s, &h.table, span_of(name));
	for (size_t i; (i = table_next(&s)) < h.table.count;)
		change_drop(&h, i);
	change_finish(&h);
	ctl_end_sessions(c, name);
	return CTL_DONE;
}

/* The user sees exactly these machines; `all`: all of them; `none`: none. */
static enum exit_code grant(struct ctl *c)
{
	struct text ids = {0};
	bool all = strcmp(c->args[1], "all") == 0, none = strcmp(c->args[1], "none") == 0;

	if ((all || none) && c->count > 2)
		ctl_end(CTL_USAGE, "nothing follows `%s`", c->args[1]);
	text_string(&ids, "[");
	for (int i = 1; i < c->count && !all && !none; i++) {
		if (!decimal_is(span_of(c->args[i])))
			ctl_end(CTL_USAGE, "an id must be a number: %s", c->args[i]);
		text_string(&ids, i > 1 ? ", " : "");
		text_string(&ids, c->args[i]);
	}
	text_string(&ids, "]");
	set_member(c, "machines", all ? (struct span){NULL, 0} : ctl_text(&ids));
	ctl_note_ids(c, ctl_text(&ids));
	text_free(&ids);
	return CTL_DONE;
}

const struct command cmd_user[] = {
    {"user list", "", "list all users", 0, 0, JSON, FILES, list},
    {"user show", "NAME", "show one user", 1, 1, JSON, FILES, list},
    {"user add", "NAME", "add a user", 1, 1, RANDOM, FILES, add},
    {"user passwd", "NAME", "change a user's password", 1, 1, RANDOM, FILES, passwd},
    {"user disable", "NAME", "refuse a user's logins and end all sessions", 1, 1, 0, REDIS,
     disable},
    {"user enable", "NAME", "allow a user's logins again", 1, 1, 0, FILES, enable},
    {"user remove", "NAME", "remove a user and end all sessions", 1, 1, 0, REDIS, remove_user},
    {"user grant", "NAME ID...|all|none", "set which machines a user sees", 2, INT_MAX, 0, FILES,
     grant},
    {0},
};
