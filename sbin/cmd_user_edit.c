/* The commands that change users.json: user add, passwd, disable, enable, remove, grant. */
#include "change.h"
#include "core/crypto.h"
#include "core/scan.h"
#include "data/machines.h"
#include "data/splice.h"
#include "data/users.h"
#include "prompt.h"
#include "ssactl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* users.json while it is edited. */
struct edit_of_user {
	struct change file;
	size_t place; /* of the user; table.count if there is none */
};

/* `there`: whether the user must be there, or must not. end() must follow. */
static enum exit_code begin_with(struct ctl *c, struct edit_of_user *h, const char *name,
				 bool there)
{
	enum exit_code code = change_begin(c, &h->file, &users_kind);

	if (code != CTL_DONE)
		return code;
	h->place = table_find(&h->file.table, name, strlen(name));
	if ((h->place < h->file.table.count) == there)
		return CTL_DONE;
	return there ? ctl_no_user(name) : ctl_say(CTL_NO, "there is a user \"%s\" already", name);
}

static struct span record_of(const struct edit_of_user *h)
{
	return table_text(&h->file.table, h->place);
}

/* Gives the user's record a member, or takes it away, and writes the file. */
static enum exit_code set_member(struct ctl *c, const char *member, struct span value)
{
	struct edit_of_user h;
	struct text next = {0};
	enum exit_code code = begin_with(c, &h, c->args[0], true);

	if (code == CTL_DONE) {
		splice_member(&next, change_text(&h.file), record_of(&h), member, value);
		code = change_step(&h.file, next);
	}
	if (code == CTL_DONE)
		code = change_commit(&h.file);
	change_end(&h.file);
	return code;
}

/* Asks for a new password or makes one, and gives its hash, as a JSON string, to `store`. Before,
 * it looks whether the user is there or not: nobody types a password in vain. */
static enum exit_code with_password(struct ctl *c, bool there,
				    enum exit_code (*store)(struct ctl *c, struct span hash))
{
	char password[PASSWORD_MAX_BYTES + 1] = "", hash[CRYPTO_HASH_SIZE];
	struct text value = {0};
	struct edit_of_user h;
	struct users u;

	enum exit_code code = begin_with(c, &h, c->args[0], there);
	change_end(&h.file);
	if (code == CTL_DONE && ctl_open_users(c, &u)) {
		code = prompt_hash(c, users_work_like(&u), hash, password);
		users_close(&u);
	} else if (code == CTL_DONE) {
		code = CTL_FAILED;
	}
	if (code == CTL_DONE) {
		text_json(&value, hash);
		code = value.failed ? ctl_say(CTL_FAILED, "out of memory")
				    : store(c, (struct span){value.at, value.len});
	}
	if (code == CTL_DONE && c->random)
		puts(password);
	crypto_wipe(password, sizeof password);
	text_free(&value);
	return code;
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

static enum exit_code add_user(struct ctl *c, struct span hash)
{
	const char *name = c->args[0];
	struct text record = {0}, next = {0};
	struct edit_of_user h;
	enum exit_code code = begin_with(c, &h, name, false);

	if (code == CTL_DONE) {
		text_string(&record, "{\"username\": ");
		text_json(&record, name);
		text_string(&record, ", \"password\": ");
		text_add(&record, hash.at, hash.len);
		text_string(&record, "}");
		splice_append(&next, change_text(&h.file), (struct span){record.at, record.len});
		next.failed = next.failed || record.failed;
		code = change_step(&h.file, next);
	}
	if (code == CTL_DONE)
		code = change_commit(&h.file);
	text_free(&record);
	change_end(&h.file);
	return code;
}

enum exit_code cmd_user_add(struct ctl *c)
{
	if (!is_name(c->args[0]))
		return ctl_say(CTL_USAGE,
			       "a name has 1 to 256 bytes of UTF-8 without control characters, "
			       "and no space at its ends");
	return with_password(c, false, add_user);
}

static enum exit_code replace_password(struct ctl *c, struct span hash)
{
	return set_member(c, "password", hash);
}

enum exit_code cmd_user_passwd(struct ctl *c)
{
	return with_password(c, true, replace_password);
}

/* The service refuses the sessions of a disabled user at once. They are ended, too, because they
 * would live again if the user was enabled again. */
enum exit_code cmd_user_disable(struct ctl *c)
{
	enum exit_code code = set_member(c, "disabled", span_of("true"));

	return code == CTL_DONE ? ctl_end_sessions(c, c->args[0]) : code;
}

enum exit_code cmd_user_enable(struct ctl *c)
{
	return set_member(c, "disabled", (struct span){NULL, 0});
}

/* If more records have this name, the next one would count. So all of them are removed. */
enum exit_code cmd_user_remove(struct ctl *c)
{
	const char *name = c->args[0];
	struct edit_of_user h;
	enum exit_code code = begin_with(c, &h, name, true);

	while (code == CTL_DONE && h.place < h.file.table.count) {
		struct text next = {0};
		splice_remove(&next, change_text(&h.file), record_of(&h));
		code = change_step(&h.file, next);
		h.place = table_find(&h.file.table, name, strlen(name));
	}
	if (code == CTL_DONE)
		code = change_commit(&h.file);
	change_end(&h.file);
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

/* Says which of the ids are of no machine. They are granted all the same: the machine may come. */
static void warn_of_unknown(struct ctl *c)
{
	char path[1040], why[TABLE_WHY_SIZE];
	struct datafile_version version;
	struct table table;
	const char *fault;
	size_t len;
	char *text;

	snprintf(path, sizeof path, "%s/machines.json", c->config.data_dir);
	if (datafile_read(path, &text, &len, &version, &fault) != DATAFILE_FINE)
		return;
	if (table_read(&table, &machines_kind, text, len, NULL, NULL, why) == TABLE_FINE) {
		for (char **id = c->args + 1; *id != NULL; id++)
			if (table_find(&table, *id, strlen(*id)) == table.count)
				ctl_say(CTL_DONE, "note: no machine has the id %s", *id);
		table_free(&table);
	}
	free(text);
}

/* The user sees exactly these machines; `all`: all of them; `none`: none. */
enum exit_code cmd_user_grant(struct ctl *c)
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
	if (code == CTL_DONE && !all && !none)
		warn_of_unknown(c);
	text_free(&ids);
	return code;
}
