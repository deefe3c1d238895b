#include "check_files.h"
#include "auth/password.h"
#include "core/crypto.h"
#include "core/json.h"
#include "core/nearest.h"
#include "data/decimal.h"
#include "data/machines.h"
#include "data/users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A data file and its records. */
struct file {
	struct report *report;
	const struct table_kind *kind;
	char *text; /* NULL: it could not be read */
	size_t len;
	struct table table; /* of a file that could not be split it is empty */
	bool split;
};

static void complain(void *context, const struct table_kind *kind, const struct table_fault *f)
{
	(void)kind;
	report_place(context, f->at, f->place, f->field, f->why);
}

static void look_at(const struct file *f)
{
	report_look_at(f->report, f->kind->file_name, (struct span){f->text, f->len});
}

/* Reads and splits a file, and reports what is wrong with it as a whole, and the records that are
 * left out. */
static struct file open_file(struct report *r, const struct ctl *c, const struct table_kind *kind)
{
	char path[1040], not_split[TABLE_WHY_SIZE], words[RECORDS_FAULT_SIZE];
	struct file f = {.report = r, .kind = kind};
	struct datafile_version version;
	const char *why;

	snprintf(path, sizeof path, "%s/%s", c->config.data_dir, kind->file_name);
	enum datafile_fault state = datafile_read(path, &f.text, &f.len, &version, &why);
	if (state != DATAFILE_FINE)
		f.text = NULL;
	look_at(&f);
	if (state != DATAFILE_FINE) {
		report_fault(r, NULL, records_describe(words, state, why));
		return f;
	}
	f.split = table_read(&f.table, kind, f.text, f.len, complain, r, not_split) == TABLE_FINE;
	if (!f.split)
		report_fault(r, NULL, records_describe(words, DATAFILE_INVALID, not_split));
	else if (f.table.count == 0 && f.table.skipped > 0)
		report_fault(r, NULL,
			     records_describe(words, DATAFILE_NO_RECORD, RECORDS_NONE_USABLE));
	return f;
}

static void close_file(struct file *f)
{
	table_free(&f->table);
	if (f->text != NULL)
		explicit_bzero(f->text, f->len);
	free(f->text);
}

static void check_spaces(struct report *r, const char *record, const char *field, const char *text)
{
	size_t len = strlen(text);

	if (len > 0 &&
	    (strchr(" \t\r\n", text[0]) != NULL || strchr(" \t\r\n", text[len - 1]) != NULL))
		report_record(r, record, field, "note: it begins or ends with a space");
}

/* A record that is looked at. */
struct candidate {
	const struct file *file;
	const char *record;
};

/* A member beside a field of the rules that differs from it in letter case, `_` or `-`. */
static void note_near(void *context, struct span name)
{
	const struct candidate *c = context;
	const struct table_kind *kind = c->file->kind;

	for (size_t i = 0; i < kind->count; i++)
		if (nearest_is_same(name, kind->fields[i].name))
			report_record(c->file->report, c->record, kind->fields[i].name,
				      "note: another member has nearly this name");
}

static void check_names(const struct file *f, struct span record)
{
	struct candidate c = {f, record.at};
	struct json_field fields[TABLE_MAX_FIELDS];
	struct scan s;

	memcpy(fields, f->kind->fields, sizeof fields);
	scan_begin(&s, record.at, record.len, SCAN_DEPTH_MAX - 1);
	json_members(&s, fields, f->kind->count, note_near, &c);
}

/* The ids that a user, or one of his tokens, may see. */
static void check_ids(struct report *r, struct file *machines, const char *record,
		      const char *field, struct span ids)
{
	char words[120];
	struct span id;
	struct scan s;

	scan_into(&s, ids, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &id)) {
		bool number = decimal_is(id);
		if (number &&
		    (!machines->split || table_find(&machines->table, id) < machines->table.count))
			continue;
		snprintf(words, sizeof words,
			 number ? "no machine has the id %.*s" : "an id must be a number: %.*s",
			 (int)(id.len < 60 ? id.len : 60), id.at);
		report_record(r, record, field, words);
	}
}

static void check_password(struct report *r, const char *record, const char *password)
{
	enum password_kind kind = password_kind(password);

	if (password[0] == '\0')
		report_record(r, record, "password", "empty: nobody can log in with it");
	else if (kind == PASSWORD_UNSUPPORTED)
		report_record(r, record, "password", "a hash of an unsupported method");
	else if (kind == PASSWORD_PLAIN)
		report_record(r, record, "password", "note: it is plain text");
}

static void check_user(struct file *users, struct file *machines, size_t i)
{
	struct span record = table_text(&users->table, i);
	struct report *r = users->report;
	char name[USERNAME_MAX_BYTES + 1];
	struct user user;

	check_names(users, record);
	if (!users_name(record, name)) {
		report_record(r, record.at, "username",
			      "empty, or over " TEXT_OF(USERNAME_MAX_BYTES) " bytes");
	} else {
		if (table_find(&users->table, span_of(name)) != i)
			report_record(r, record.at, "username", "an earlier record has this name");
		check_spaces(r, record.at, "username", name);
	}
	if (users_read(record, &user) != USERS_FOUND) {
		report_record(r, record.at, "password",
			      "over " TEXT_OF(PASSWORD_MAX_BYTES) " bytes");
		return;
	}
	check_password(r, record.at, user.password);
	if (user.machines.at != NULL)
		check_ids(r, machines, record.at, "machines", user.machines);
	crypto_wipe(&user, sizeof user);
}

static void bad_token(void *context, size_t record, const char *at, const char *why)
{
	(void)record;
	report_record(context, at, "tokens", why);
}

static void check_tokens(struct file *users, struct file *machines)
{
	long long now = (long long)time(NULL);
	struct report *r = users->report;
	struct tokens all;

	if (!tokens_read(&all, &users->table, users_tokens, bad_token, r))
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct token *t = &all.list[i];
		struct span record = table_text(&users->table, t->record);
		if (t->machines.at != NULL)
			check_ids(r, machines, record.at, "tokens", t->machines);
		if (t->expires_at >= 0 && t->expires_at <= now)
			report_record(r, record.at, "tokens", "note: a token has expired");
	}
	tokens_free(&all);
}

static void check_machine(struct file *machines, size_t i)
{
	struct span record = table_text(&machines->table, i);
	struct report *r = machines->report;
	struct json_field f[] = {JSON_FIELD("status", JSON_STRING), JSON_FIELD("GPU", JSON_STRING),
				 JSON_FIELD("ip", JSON_STRING), JSON_FIELD("name", JSON_STRING)};
	enum { FIELDS = sizeof f / sizeof f[0] };
	char text[1024];

	if (!json_fields(record, f, FIELDS))
		return;
	for (int k = 0; k < FIELDS; k++)
		if (f[k].state == JSON_PRESENT &&
		    json_decode(f[k].value, text, sizeof text) == JSON_DECODED)
			check_spaces(r, record.at, f[k].name, text);
	check_names(machines, record);
	if (table_find(&machines->table, table_key(&machines->table, i)) != i)
		report_record(r, record.at, "id", "an earlier record has this id");
}

void check_files(struct report *r, const struct ctl *c)
{
	struct file users = open_file(r, c, &users_kind);
	struct file machines = open_file(r, c, &machines_kind);

	look_at(&users);
	for (size_t i = 0; i < users.table.count; i++)
		check_user(&users, &machines, i);
	check_tokens(&users, &machines);
	look_at(&machines);
	for (size_t i = 0; i < machines.table.count; i++)
		check_machine(&machines, i);
	close_file(&users);
	close_file(&machines);
}
