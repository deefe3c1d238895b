/* The commands about users and passwords: hash, verify, user …. */
#include "data/users.h"
#include "auth/password.h"
#include "core/crypto.h"
#include "core/json.h"
#include "data/edit.h"
#include "data/splice.h"
#include "listing.h"
#include "secret.h"
#include "ssactl.h"

#include <stdio.h>
#include <string.h>

static enum exit_code no_user(const char *name)
{
	return ctl_say(CTL_NO, "there is no user \"%s\"", name);
}

/* Opens users.json for reading. false: it was said on stderr. */
static bool open_users(struct ctl *c, struct users *u)
{
	if (!users_open(u, c->config.data_dir, false) || !users_refresh(u)) {
		ctl_say(CTL_FAILED, "%s/users.json: %s", c->config.data_dir,
			u->records.fault ? u->records.fault : "its path is too long");
		return false;
	}
	return true;
}

/* Makes the Argon2id string of a password that is asked for or, with --random, made and printed.
 * It costs as much as the hashes that the file has. */
static enum exit_code make_hash(struct ctl *c, const char *like, char out[static CRYPTO_HASH_SIZE],
				char password[static PASSWORD_MAX_BYTES + 1])
{
	const char *why;

	if (c->random ? !secret_random(password) : !secret_read(password, true, &why))
		return ctl_say(CTL_FAILED, "%s", c->random ? "no random bytes" : why);
	if (!crypto_argon2id_make(out, password, like))
		return ctl_say(CTL_FAILED, "cannot make a hash: no memory for its cost");
	return CTL_DONE;
}

enum exit_code ctl_hash(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1], hash[CRYPTO_HASH_SIZE];
	struct users u;
	const char *like = NULL;

	/* Without a file, the hash has the usual cost. */
	if (users_open(&u, c->config.data_dir, false) && users_refresh(&u))
		like = users_work_like(&u);
	enum exit_code code = make_hash(c, like, hash, password);
	if (code == CTL_DONE && c->random)
		printf("%s\n", password);
	if (code == CTL_DONE)
		printf("%s\n", hash);
	crypto_wipe(password, sizeof password);
	users_close(&u);
	return code;
}

enum exit_code ctl_verify(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1];
	const char *name = c->args[0], *why;
	struct user user;
	struct users u;

	if (!open_users(c, &u))
		return CTL_FAILED;
	if (users_find(&u, name, &user) != USERS_FOUND)
		return no_user(name);
	if (!secret_read(password, false, &why))
		return ctl_say(CTL_FAILED, "%s", why);
	enum result result = password_verify(user.password, NULL, password, &why);
	crypto_wipe(password, sizeof password);
	crypto_wipe(&user, sizeof user);
	if (result == RESULT_UNAVAILABLE)
		return ctl_say(CTL_FAILED, "no memory for the cost of the hash");
	if (result != RESULT_OK)
		return ctl_say(CTL_NO, "%s", why);
	puts(user.disabled ? "right, but the user is disabled" : "right");
	return CTL_DONE;
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

enum exit_code ctl_user_list(struct ctl *c)
{
	struct listing l = {.columns = USER_COLUMNS};
	struct json_field field = JSON_FIELD("username", JSON_STRING);
	char name[PASSWORD_MAX_BYTES + 1];
	struct user user;
	struct users u;

	if (!open_users(c, &u))
		return CTL_FAILED;
	for (size_t i = 0; i < u.records.table.count; i++) {
		struct span record = records_text(&u.records, i);
		if (json_read(record.at, record.len, &field, 1) != JSON_FINE ||
		    json_decode(field.value, name, sizeof name) != JSON_DECODED ||
		    users_read(record, &user) != USERS_FOUND)
			continue; /* `check` tells of it */
		list_user(&l, name, &user);
	}
	crypto_wipe(&user, sizeof user);
	bool printed = listing_print(&l, c->json);
	users_close(&u);
	return printed ? CTL_DONE : ctl_say(CTL_FAILED, "cannot write the list");
}

enum exit_code ctl_user_show(struct ctl *c)
{
	struct listing l = {.columns = USER_COLUMNS};
	struct user user;
	struct users u;

	if (!open_users(c, &u))
		return CTL_FAILED;
	if (users_find(&u, c->args[0], &user) != USERS_FOUND)
		return no_user(c->args[0]);
	list_user(&l, c->args[0], &user);
	crypto_wipe(&user, sizeof user);
	bool printed = listing_print(&l, c->json);
	users_close(&u);
	return printed ? CTL_DONE : ctl_say(CTL_FAILED, "cannot write the user");
}

/* --- Edits ----------------------------------------------------------------------------------- */

/* The file while it is edited. */
struct change {
	struct edit edit;
	struct table table;
	struct text new;
	struct span text; /* of the present version */
	size_t place;     /* of the user; table.count if there is none */
};

static enum exit_code begin(struct ctl *c, struct change *h, const char *name)
{
	char path[1040], why[TABLE_WHY_SIZE];

	*h = (struct change){.edit = {.folder = -1}};
	snprintf(path, sizeof path, "%s/users.json", c->config.data_dir);
	if (!edit_begin(&h->edit, path))
		return ctl_say(CTL_FAILED, "%s: %s", path, h->edit.why);
	h->text = (struct span){h->edit.text, h->edit.len};
	if (table_read(&h->table, &users_kind, h->edit.text, h->edit.len, NULL, NULL, why) !=
	    TABLE_FINE)
		return ctl_say(CTL_FAILED, "%s: %s; nothing was changed", path, why);
	h->place = table_find(&h->table, name, strlen(name));
	return CTL_DONE;
}

static enum exit_code begin_with(struct ctl *c, struct change *h, const char *name)
{
	enum exit_code code = begin(c, h, name);

	return code == CTL_DONE && h->place == h->table.count ? no_user(name) : code;
}

static void end(struct change *h)
{
	table_free(&h->table);
	if (h->new.at != NULL)
		crypto_wipe(h->new.at, h->new.len);
	text_free(&h->new);
	edit_end(&h->edit);
}

static enum exit_code commit(struct change *h)
{
	if (h->new.failed)
		return ctl_say(CTL_FAILED, "out of memory");
	if (!edit_commit(&h->edit, h->new.at, h->new.len))
		return ctl_say(CTL_FAILED, "%s: %s", h->edit.path, h->edit.why);
	return CTL_DONE;
}

/* Gives the user's record a member, or takes it away, and writes the file. */
static enum exit_code set_member(struct ctl *c, const char *member, struct span value)
{
	struct change h;
	enum exit_code code = begin_with(c, &h, c->args[0]);

	if (code == CTL_DONE) {
		splice_member(&h.new, h.text, table_text(&h.table, h.place), member, value);
		code = commit(&h);
	}
	end(&h);
	return code;
}

/* Makes the value of "password": a JSON string. */
static enum exit_code make_password(struct ctl *c, struct text *value,
				    char password[static PASSWORD_MAX_BYTES + 1])
{
	char hash[CRYPTO_HASH_SIZE];
	struct users u;

	if (!open_users(c, &u))
		return CTL_FAILED;
	enum exit_code code = make_hash(c, users_work_like(&u), hash, password);
	if (code == CTL_DONE)
		text_json(value, hash);
	users_close(&u);
	return code;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] < 0x20 || name[i] == 0x7F)
			return false;
	return len > 0 && len <= USERNAME_MAX_BYTES && scan_is_utf8(name, len);
}

static enum exit_code add_user(struct ctl *c, const char *name, const struct text *password)
{
	struct text record = {0};
	struct change h;
	enum exit_code code = begin(c, &h, name);

	if (code == CTL_DONE && h.place < h.table.count)
		code = ctl_say(CTL_NO, "there is a user \"%s\" already", name);
	if (code == CTL_DONE) {
		text_string(&record, "{\"username\": ");
		text_json(&record, name);
		text_string(&record, ", \"password\": ");
		text_add(&record, password->at, password->len);
		text_string(&record, "}");
		h.new.failed = record.failed;
		splice_append(&h.new, h.text, (struct span){record.at, record.len});
		code = commit(&h);
	}
	text_free(&record);
	end(&h);
	return code;
}

enum exit_code ctl_user_add(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1] = "";
	struct text value = {0};
	struct change h;

	if (!is_name(c->args[0]))
		return ctl_say(CTL_USAGE,
			       "a name has 1 to 256 bytes of UTF-8 without control characters");
	/* Nobody types a password for a name that is taken. */
	enum exit_code code = begin(c, &h, c->args[0]);
	if (code == CTL_DONE && h.place < h.table.count)
		code = ctl_say(CTL_NO, "there is a user \"%s\" already", c->args[0]);
	end(&h);
	if (code == CTL_DONE)
		code = make_password(c, &value, password);
	if (code == CTL_DONE)
		code = add_user(c, c->args[0], &value);
	if (code == CTL_DONE && c->random)
		puts(password);
	crypto_wipe(password, sizeof password);
	text_free(&value);
	return code;
}

enum exit_code ctl_user_passwd(struct ctl *c)
{
	char password[PASSWORD_MAX_BYTES + 1] = "";
	struct text value = {0};
	struct change h;
	enum exit_code code = begin_with(c, &h, c->args[0]);

	end(&h);
	if (code == CTL_DONE)
		code = make_password(c, &value, password);
	if (code == CTL_DONE)
		code = set_member(c, "password", (struct span){value.at, value.len});
	if (code == CTL_DONE && c->random)
		puts(password);
	crypto_wipe(password, sizeof password);
	text_free(&value);
	return code;
}

/* The service refuses the sessions of a disabled user at once. They are ended, too, because they
 * would live again if the user was enabled again. */
enum exit_code ctl_user_disable(struct ctl *c)
{
	enum exit_code code = set_member(c, "disabled", span_of("true"));

	return code == CTL_DONE ? ctl_end_sessions(c, c->args[0]) : code;
}

enum exit_code ctl_user_enable(struct ctl *c)
{
	return set_member(c, "disabled", (struct span){NULL, 0});
}

/* If more records have this name, the next one would count. So all of them are removed. */
enum exit_code ctl_user_remove(struct ctl *c)
{
	const char *name = c->args[0];
	struct change h;
	enum exit_code code = begin_with(c, &h, name);
	char why[TABLE_WHY_SIZE];
	struct text text = {0}, next = {0};

	if (code == CTL_DONE)
		text_add(&text, h.text.at, h.text.len);
	while (code == CTL_DONE && !text.failed && h.place < h.table.count) {
		struct span whole = {text.at, text.len}, record = table_text(&h.table, h.place);
		record.at = text.at + (record.at - h.table.text);
		splice_remove(&next, whole, record);
		text_free(&text);
		text = next;
		next = (struct text){0};
		table_free(&h.table);
		if (text.failed || table_read(&h.table, &users_kind, text.at, text.len, NULL, NULL,
					      why) != TABLE_FINE)
			code = ctl_say(CTL_FAILED, "out of memory");
		else
			h.place = table_find(&h.table, name, strlen(name));
	}
	h.new = text;
	if (code == CTL_DONE)
		code = commit(&h);
	end(&h);
	return code == CTL_DONE ? ctl_end_sessions(c, name) : code;
}

static bool is_number(const char *text)
{
	struct span value;
	struct scan s;

	scan_begin(&s, text, strlen(text), 1);
	return strchr("-0123456789", scan_peek(&s)) != NULL && scan_value(&s, &value) &&
	       value.len == strlen(text) && scan_finish(&s);
}

/* The user sees exactly these machines; `all`: all of them; `none`: none. */
enum exit_code ctl_user_grant(struct ctl *c)
{
	struct text ids = {0};
	bool all = strcmp(c->args[1], "all") == 0, none = strcmp(c->args[1], "none") == 0;

	if ((all || none) && c->count > 2)
		return ctl_say(CTL_USAGE, "`%s` stands alone", c->args[1]);
	text_string(&ids, "[");
	for (int i = 1; i < c->count && !all && !none; i++) {
		if (!is_number(c->args[i])) {
			text_free(&ids);
			return ctl_say(CTL_USAGE, "not an id, which is a number: %s", c->args[i]);
		}
		text_string(&ids, i > 1 ? ", " : "");
		text_string(&ids, c->args[i]);
	}
	text_string(&ids, "]");
	struct span value = {all ? NULL : ids.at, ids.len};
	enum exit_code code =
	    ids.failed ? ctl_say(CTL_FAILED, "out of memory") : set_member(c, "machines", value);
	text_free(&ids);
	return code;
}
