/* The command check: all that is wrong with files, modes, settings and Redis. */
#include "core/crypto.h"
#include "core/json.h"
#include "data/machines.h"
#include "data/users.h"
#include "listing.h"
#include "locate.h"
#include "match.h"
#include "redis/advice.h"
#include "redis/redis.h"
#include "ssactl.h"
#include "store/readiness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct report {
	struct listing listing;
	const char *file; /* that is looked at */
	const char *text;
	size_t len, faults;
	/* The last answers of line_of and place_of. Faults come in the order of the file, so they
	 * go on from there. */
	const char *line_at, *record_at;
	long long line, place;
	struct scan scan;
	struct table *machines; /* of machines.json; NULL: it cannot be read */
};

static long long line_of(struct report *r, const char *at)
{
	if (r->line_at == NULL || at < r->line_at) {
		r->line_at = r->text;
		r->line = 1;
	}
	for (; r->line_at < at; r->line_at++)
		r->line += *r->line_at == '\n';
	return r->line;
}

/* The index in the array, where records that are left out count, too. */
static long long place_of(struct report *r, const char *record)
{
	if (r->record_at == NULL || record < r->record_at) {
		scan_begin_document(&r->scan, r->text, r->len, SCAN_DEPTH_MAX - 1);
		scan_enter(&r->scan, '[');
		r->record_at = r->text;
		r->place = -1;
	}
	while (r->record_at < record && scan_next(&r->scan, NULL)) {
		scan_peek(&r->scan);
		r->record_at = r->scan.at;
		r->place++;
		if (!scan_value(&r->scan, NULL))
			break;
	}
	return r->place;
}

/* record: its index, or -1. field NULL: the whole record. at NULL: no place in the file. */
static void fault(struct report *r, const char *at, long long record, const char *field,
		  const char *what)
{
	listing_text(&r->listing, r->file);
	if (at != NULL)
		listing_number(&r->listing, line_of(r, at));
	else
		listing_value(&r->listing, NULL, 0);
	if (record >= 0)
		listing_number(&r->listing, record);
	else
		listing_value(&r->listing, NULL, 0);
	if (field != NULL)
		listing_text(&r->listing, field);
	else
		listing_value(&r->listing, NULL, 0);
	listing_text(&r->listing, what);
	r->faults += strncmp(what, "note: ", 6) != 0; /* what works is no fault */
}

static void complain(void *context, const struct table_kind *kind, const struct table_fault *f)
{
	struct report *r = context;

	(void)kind;
	fault(r, f->at, (long long)f->place, f->field, f->why);
}

/* --- users.json ------------------------------------------------------------------------------ */

/* A fault of a member of a record that is used. */
static void member_fault(struct report *r, struct span record, const char *field, const char *what)
{
	fault(r, record.at, place_of(r, record.at), field, what);
}

static void check_spaces(struct report *r, struct span record, const char *field, const char *text)
{
	size_t len = strlen(text);

	if (len > 0 &&
	    (strchr(" \t\r\n", text[0]) != NULL || strchr(" \t\r\n", text[len - 1]) != NULL))
		member_fault(r, record, field, "note: it begins or ends with a space");
}

/* The ids that the user, or one of his tokens, may see. */
static void check_ids(struct report *r, struct span record, const char *field, struct span ids)
{
	char words[120];
	struct span id;
	struct scan s;

	scan_begin(&s, ids.at, ids.len, SCAN_DEPTH_MAX - 1);
	scan_enter(&s, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &id)) {
		bool number = strchr("-0123456789", *id.at) != NULL;
		if (number && (r->machines == NULL ||
			       table_find(r->machines, id.at, id.len) < r->machines->count))
			continue;
		snprintf(words, sizeof words,
			 number ? "no machine has the id %.*s" : "no id, which is a number: %.*s",
			 (int)(id.len < 60 ? id.len : 60), id.at);
		member_fault(r, record, field, words);
	}
}

static void check_password(struct report *r, struct span record, const char *password)
{
	bool ours = strncmp(password, CRYPTO_ARGON2ID, sizeof CRYPTO_ARGON2ID - 1) == 0;

	if (password[0] == '\0')
		member_fault(r, record, "password", "empty: nobody can log in with it");
	else if (!ours && password[0] == '$' && strchr(password + 1, '$') != NULL)
		member_fault(r, record, "password", "a hash of an unsupported method");
	else if (!ours)
		member_fault(r, record, "password", "note: it is plain text");
}

static void check_user(struct report *r, struct table *t, size_t i)
{
	struct span record = table_text(t, i);
	char name[USERNAME_MAX_BYTES + 1];
	struct user user;

	if (!users_name(record, name)) {
		member_fault(r, record, "username", "empty, or over 256 bytes");
	} else {
		if (table_find(t, name, strlen(name)) != i)
			member_fault(r, record, "username", "an earlier record has this name");
		check_spaces(r, record, "username", name);
	}
	if (users_read(record, &user) != USERS_FOUND) {
		member_fault(r, record, "password", "over 1024 bytes");
		return;
	}
	check_password(r, record, user.password);
	if (user.machines.at != NULL)
		check_ids(r, record, "machines", user.machines);
	crypto_wipe(&user, sizeof user);
}

static void bad_token(void *context, size_t record, const char *at, const char *why)
{
	struct report *r = context;

	(void)record;
	fault(r, at, place_of(r, at), "tokens", why);
}

static void check_tokens(struct report *r, const struct table *users)
{
	long long now = (long long)time(NULL);
	struct tokens all;

	if (!tokens_read(&all, users, users_tokens, bad_token, r))
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct token *t = &all.list[i];
		struct span record = table_text(users, t->record);
		if (t->machines.at != NULL)
			check_ids(r, record, "tokens", t->machines);
		if (t->expires_at >= 0 && t->expires_at <= now)
			member_fault(r, record, "tokens", "note: a token has expired");
	}
	tokens_free(&all);
}

/* --- machines.json --------------------------------------------------------------------------- */

static void check_machine(struct report *r, struct table *t, size_t i)
{
	enum { STATUS, GPU, IP, NAME, FIELDS };
	struct json_field f[FIELDS] = {[STATUS] = JSON_FIELD("status", JSON_STRING),
				       [GPU] = JSON_FIELD("GPU", JSON_STRING),
				       [IP] = JSON_FIELD("ip", JSON_STRING),
				       [NAME] = JSON_FIELD("name", JSON_STRING)};
	struct span record = table_text(t, i);
	struct scan s;
	char text[1024];

	scan_begin(&s, record.at, record.len, SCAN_DEPTH_MAX - 1);
	if (!json_object(&s, f, FIELDS))
		return;
	for (int k = STATUS; k < FIELDS; k++)
		if (f[k].state == JSON_PRESENT &&
		    json_decode(f[k].value, text, sizeof text) == JSON_DECODED)
			check_spaces(r, record, f[k].name, text);
}

/* 1 and 1.0 are one id: GET /api/info/1 is the first of them. */
static void check_ids_twice(struct report *r, const struct table *t)
{
	struct key *ids = match_table(t, "id");

	for (size_t i = 1; ids != NULL && i < t->count; i++)
		if (match_order(&ids[i], &ids[i - 1]) == 0)
			member_fault(r, table_text(t, ids[i].place), "id",
				     "an earlier record has this id");
	free(ids);
}

/* A data file and its records. */
struct file {
	const struct table_kind *kind;
	char *text; /* NULL: it could not be read */
	size_t len;
	struct table table;
	bool split; /* it has a table */
};

/* Reads and splits a file, and reports what is wrong with it. */
static void open_file(struct report *r, const struct ctl *c, const struct table_kind *kind,
		      struct file *f)
{
	char path[1040], not_split[TABLE_WHY_SIZE], words[RECORDS_FAULT_SIZE];
	struct datafile_version version;
	const char *why;

	*f = (struct file){.kind = kind};
	snprintf(path, sizeof path, "%s/%s", c->config.data_dir, kind->file_name);
	r->file = kind->file_name;
	enum datafile_fault state = datafile_read(path, &f->text, &f->len, &version, &why);
	if (state != DATAFILE_FINE) {
		f->text = NULL;
		fault(r, NULL, -1, NULL, records_describe(words, state, why));
		return;
	}
	r->text = f->text;
	r->len = f->len;
	r->line_at = r->record_at = NULL;
	f->split =
	    table_read(&f->table, kind, f->text, f->len, complain, r, not_split) == TABLE_FINE;
	if (!f->split)
		fault(r, NULL, -1, NULL, records_describe(words, DATAFILE_INVALID, not_split));
	else if (f->table.count == 0 && f->table.skipped > 0)
		fault(r, NULL, -1, NULL,
		      records_describe(words, DATAFILE_NO_RECORD, RECORDS_NONE_USABLE));
}

static void check_records(struct report *r, struct file *f,
			  void (*check)(struct report *, struct table *, size_t))
{
	r->file = f->kind->file_name;
	r->text = f->text;
	r->len = f->len;
	r->line_at = r->record_at = NULL;
	for (size_t i = 0; f->split && i < f->table.count; i++)
		check(r, &f->table, i);
}

static void close_file(struct file *f)
{
	table_free(&f->table);
	if (f->text != NULL)
		explicit_bzero(f->text, f->len);
	free(f->text);
}

static void check_files(struct report *r, const struct ctl *c)
{
	struct file users, machines;

	open_file(r, c, &users_kind, &users);
	open_file(r, c, &machines_kind, &machines);
	r->machines = machines.split ? &machines.table : NULL;
	check_records(r, &users, check_user);
	if (users.split)
		check_tokens(r, &users.table);
	check_records(r, &machines, check_machine);
	if (machines.split)
		check_ids_twice(r, &machines.table);
	r->machines = NULL;
	close_file(&users);
	close_file(&machines);
}

/* Others must not read the passwords, nor replace a file. */
static void check_mode(struct report *r, const struct ctl *c, const char *name, mode_t forbidden,
		       const char *what)
{
	char path[1040];
	struct stat st;

	snprintf(path, sizeof path, "%s%s%s", c->config.data_dir, *name ? "/" : "", name);
	r->file = *name ? name : c->config.data_dir;
	if (stat(path, &st) == 0 && (st.st_mode & forbidden) != 0)
		fault(r, NULL, -1, NULL, what);
}

/* The first fault of Redis, and the rights that its user lacks. */
static void check_redis(struct report *r, struct ctl *c)
{
	char words[READINESS_RIGHTS_SIZE], fault_text[sizeof words + 80];
	const char *redis = ctl_fault_of_redis(c);

	r->file = "Redis";
	if (redis == NULL)
		redis = advice_ask(c->redis);
	if (redis != NULL)
		fault(r, NULL, -1, NULL, redis);
	if (!readiness_lacks_rights(c->redis, words))
		return;
	snprintf(fault_text, sizeof fault_text,
		 "the Redis user is refused (commands or ~ssa:*): %s", words);
	fault(r, NULL, -1, NULL, fault_text);
}

/* A setting with a wrong value, or a variable that is no setting. */
static void bad_setting(void *context, const char *name, const char *what)
{
	struct report *r = context;

	r->file = "settings";
	fault(r, NULL, -1, name, what);
}

enum exit_code cmd_check(struct ctl *c)
{
	struct report r = {.listing = {.columns = {"where", "line", "record", "field", "fault"}}};

	locate_settings(&c->config, CONFIG_ALL, bad_setting, &r);
	config_unknown(bad_setting, &r);
	check_mode(&r, c, "", S_IWOTH, "every user of this machine may replace its files");
	check_mode(&r, c, "users.json", S_IROTH,
		   "every user of this machine may read it: chmod 640");
	check_mode(&r, c, "users.json", S_IWOTH,
		   "every user of this machine may write it: chmod 640");
	check_mode(&r, c, "machines.json", S_IWOTH,
		   "every user of this machine may write it: chmod 640");
	check_files(&r, c);
	const char *hashing = ctl_fault_of_hashing(c);
	r.file = "hashing";
	if (hashing != NULL)
		fault(&r, NULL, -1, NULL, hashing);
	/* With a wrong REDIS_URL there is nothing to ask. */
	if (c->config.redis.count > 0) {
		if (ctl_open_redis(c) != CTL_DONE)
			return CTL_FAILED;
		check_redis(&r, c);
	}
	if (r.listing.count == 0 && !c->json)
		return CTL_DONE;
	if (!listing_print(&r.listing, c->json))
		return ctl_say(CTL_FAILED, "cannot write the list");
	return r.faults == 0 ? CTL_DONE : CTL_NO;
}
