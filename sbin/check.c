/* The commands that look whether all is well: check and status. */
#include "core/crypto.h"
#include "core/json.h"
#include "data/machines.h"
#include "data/users.h"
#include "listing.h"
#include "redis/advice.h"
#include "redis/redis.h"
#include "ssactl.h"
#include "store/readiness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static void check_user(struct report *r, struct table *t, size_t i)
{
	struct span record = table_text(t, i);
	char name[USERNAME_MAX_BYTES + 1];
	struct user user;

	if (!users_name(record, name)) {
		fault(r, record.at, place_of(r, record.at), "username", "empty, or over 256 bytes");
		return;
	}
	if (table_find(t, name, strlen(name)) != i)
		fault(r, record.at, place_of(r, record.at), "username",
		      "an earlier record has this name");
	if (users_read(record, &user) != USERS_FOUND) {
		fault(r, record.at, place_of(r, record.at), "password", "over 1024 bytes");
		return;
	}
	bool ours = strncmp(user.password, CRYPTO_ARGON2ID, sizeof CRYPTO_ARGON2ID - 1) == 0;
	if (user.password[0] == '\0')
		fault(r, record.at, place_of(r, record.at), "password",
		      "empty: nobody can log in with it");
	else if (!ours && user.password[0] == '$' && strchr(user.password + 1, '$') != NULL)
		fault(r, record.at, place_of(r, record.at), "password",
		      "a hash of an unsupported method");
	else if (!ours)
		fault(r, record.at, place_of(r, record.at), "password", "note: it is plain text");
	crypto_wipe(&user, sizeof user);
}

/* --- machines.json --------------------------------------------------------------------------- */

static void check_machine(struct report *r, struct table *t, size_t i)
{
	struct json_field field = JSON_FIELD("id", JSON_NUMBER);
	struct span record = table_text(t, i);

	if (json_read(record.at, record.len, &field, 1) == JSON_FINE &&
	    table_find(t, field.value.at, field.value.len) != i)
		fault(r, record.at, place_of(r, record.at), "id", "an earlier record has this id");
}

static void check_file(struct report *r, const struct ctl *c, const struct table_kind *kind,
		       void (*check)(struct report *, struct table *, size_t))
{
	char path[1040], not_split[TABLE_WHY_SIZE], words[RECORDS_FAULT_SIZE];
	struct datafile_version version;
	struct table table;
	const char *why;
	size_t len;
	char *text;

	snprintf(path, sizeof path, "%s/%s", c->config.data_dir, kind->file_name);
	r->file = kind->file_name;
	enum datafile_fault state = datafile_read(path, &text, &len, &version, &why);
	if (state != DATAFILE_FINE) {
		fault(r, NULL, -1, NULL, records_describe(words, state, why));
		return;
	}
	r->text = text;
	r->len = len;
	r->line_at = r->record_at = NULL;
	if (table_read(&table, kind, text, len, complain, r, not_split) == TABLE_FINE) {
		for (size_t i = 0; i < table.count; i++)
			check(r, &table, i);
		if (table.count == 0 && table.skipped > 0)
			fault(r, NULL, -1, NULL,
			      records_describe(words, DATAFILE_NO_RECORD, RECORDS_NONE_USABLE));
		table_free(&table);
	} else {
		fault(r, NULL, -1, NULL, records_describe(words, DATAFILE_INVALID, not_split));
	}
	explicit_bzero(text, len);
	free(text);
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

/* NULL: it can do what a login does. */
static const char *fault_of_redis(struct ctl *c)
{
	size_t replies = readiness_ask(c->redis);

	redis_begin(c->redis);
	return redis_send(c->redis) && readiness_passed(c->redis, replies) &&
		       redis_replicated(c->redis)
		   ? NULL
		   : redis_error(c->redis);
}

enum exit_code ctl_check(struct ctl *c)
{
	struct report r = {.listing = {.columns = {"where", "line", "record", "field", "fault"}}};

	check_mode(&r, c, "", S_IWOTH, "every user of this machine may replace its files");
	check_mode(&r, c, "users.json", S_IROTH | S_IWOTH,
		   "every user of this machine may read it: chmod 640");
	check_file(&r, c, &users_kind, check_user);
	check_file(&r, c, &machines_kind, check_machine);
	const char *redis = fault_of_redis(c);
	r.file = "Redis";
	if (redis == NULL)
		redis = advice_ask(c->redis);
	if (redis != NULL)
		fault(&r, NULL, -1, NULL, redis);
	if (r.listing.count == 0 && !c->json)
		return CTL_DONE;
	if (!listing_print(&r.listing, c->json))
		return ctl_say(CTL_FAILED, "cannot write the list");
	return r.faults == 0 ? CTL_DONE : CTL_NO;
}

static bool list_part(struct listing *l, const char *part, const char *fault)
{
	listing_text(l, part);
	listing_text(l, fault != NULL ? fault : "OK");
	return fault == NULL;
}

/* NULL: the file has a good version. */
static const char *file_fault(struct records *r, bool opened)
{
	if (!opened)
		return "its path is too long";
	records_refresh(r);
	return r->fault;
}

/* As GET /api/status says it. */
enum exit_code ctl_status(struct ctl *c)
{
	struct listing l = {.columns = {"part", "state"}};
	struct users u;
	struct machines m;
	bool users = users_open(&u, c->config.data_dir, false);
	bool machines = machines_open(&m, c->config.data_dir, false);

	bool up = list_part(&l, "redis", fault_of_redis(c));
	up &= list_part(&l, "users", file_fault(&u.records, users));
	up &= list_part(&l, "machines", file_fault(&m.records, machines));
	users_close(&u);
	machines_close(&m);
	if (!listing_print(&l, c->json))
		return ctl_say(CTL_FAILED, "cannot write the list");
	return up ? CTL_DONE : CTL_NO;
}
