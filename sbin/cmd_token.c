/* The commands for API tokens: token add, list, remove. */
#include "change.h"
#include "core/crypto.h"
#include "core/scan.h"
#include "data/splice.h"
#include "data/users.h"
#include "listing.h"
#include "ssactl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAYS_MAX = 36500, DAY_S = 86400 };

/* Opens users.json for an edit, and finds the record of the user that the first argument names. */
static enum exit_code begin(struct ctl *c, struct change *h, struct span *record)
{
	enum exit_code code = change_begin(c, h, &users_kind);

	if (code != CTL_DONE)
		return code;
	size_t place = table_find(&h->table, c->args[0], strlen(c->args[0]));
	if (place == h->table.count)
		return ctl_no_user(c->args[0]);
	*record = table_text(&h->table, place);
	return CTL_DONE;
}

/* Whether a token has this name. */
static bool is_named(struct span token, const char *name)
{
	struct json_field field = JSON_FIELD("name", JSON_STRING);
	struct scan s;

	scan_begin(&s, token.at, token.len, SCAN_DEPTH_MAX - 1);
	return json_object(&s, &field, 1) && field.state == JSON_PRESENT &&
	       json_equals((struct span){field.value.at + 1, field.value.len - 2}, name,
			   strlen(name));
}

/* Copies those tokens of a list to the inside of another one that do not have this name. Returns
 * how many were left out. */
static size_t copy_others(struct text *out, struct span list, const char *name)
{
	struct span token;
	struct scan s;
	size_t left_out = 0;

	if (list.at == NULL)
		return 0;
	scan_begin(&s, list.at, list.len, SCAN_DEPTH_MAX - 1);
	scan_enter(&s, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &token)) {
		if (is_named(token, name)) {
			left_out++;
			continue;
		}
		text_string(out, out->len > 0 ? ", " : "");
		text_add(out, token.at, token.len);
	}
	return left_out;
}

/* Gives the user's record this list of tokens, which has no brackets yet, and writes the file. */
static enum exit_code store(struct change *h, struct span record, const struct text *inside)
{
	struct text list = {0}, next = {0};

	text_string(&list, "[");
	text_add(&list, inside->at, inside->len);
	text_string(&list, "]");
	struct span value = {inside->len > 0 ? list.at : NULL, list.len};
	splice_member(&next, change_text(h), record, "tokens", value);
	next.failed = next.failed || list.failed || inside->failed;
	enum exit_code code = change_step(h, next);
	text_free(&list);
	return code == CTL_DONE ? change_commit(h) : code;
}

/* Reads a whole number of days. 0: the text is no such number, or there are too many. */
static long long days_of(const char *text)
{
	long long days;

	return json_integer(span_of(text), &days) && days > 0 && days <= DAYS_MAX ? days : 0;
}

static bool is_id(struct span id)
{
	struct span value;
	struct scan s;

	scan_begin(&s, id.at, id.len, 1);
	return id.len > 0 && strchr("-0123456789", scan_peek(&s)) != NULL &&
	       scan_value(&s, &value) && value.len == id.len && scan_finish(&s);
}

/* Writes the ids of --machines: its value, with commas or alone, and the words that follow the
 * name. false: one of them is no number. */
static bool write_ids(const struct ctl *c, struct text *out)
{
	struct span list = span_of(c->machines), id;
	char **word = c->args + 2;
	bool first = true;

	if (strcmp(c->machines, "none") == 0 && *word == NULL)
		return true;
	for (; list.at != NULL; list = *word != NULL ? span_of(*word++) : (struct span){NULL, 0})
		while (span_next(&list, ',', &id)) {
			if (!is_id(id))
				return false;
			text_string(out, first ? "" : ", ");
			text_add(out, id.at, id.len);
			first = false;
		}
	return true;
}

/* Makes a token and its record. What is wrong was said. */
static enum exit_code make(const struct ctl *c, char token[static TOKENS_LEN + 1],
			   struct text *record)
{
	char random[CRYPTO_RANDOM_MAX + 1], digest[CRYPTO_DIGEST_LEN + 1];
	long long days = c->days != NULL ? days_of(c->days) : 0;

	if (!tokens_is_name(c->args[1]))
		return ctl_say(CTL_USAGE, "the name of a token is 1 to 64 of A-Z a-z 0-9 . _ -");
	if (c->days != NULL && days == 0)
		return ctl_say(CTL_USAGE, "--days must be a number, 1 to 36500");
	if (c->machines == NULL && c->count > 2)
		return ctl_say(CTL_USAGE, "ids follow --machines");
	if (!crypto_random(random, CRYPTO_RANDOM_MAX))
		return ctl_say(CTL_FAILED, "no random bytes");
	strcpy(token, TOKENS_PREFIX);
	crypto_digest_text(token + strlen(TOKENS_PREFIX), random, CRYPTO_RANDOM_MAX);
	crypto_wipe(random, sizeof random);
	tokens_digest(digest, token);
	text_string(record, "{\"name\": ");
	text_json(record, c->args[1]);
	text_string(record, ", \"digest\": ");
	text_json(record, digest);
	if (days > 0) {
		text_string(record, ", \"expires\": ");
		text_number(record, (long long)time(NULL) + days * DAY_S);
	}
	if (c->machines != NULL) {
		text_string(record, ", \"machines\": [");
		if (!write_ids(c, record))
			return ctl_say(CTL_USAGE, "not an id, which is a number, in --machines");
		text_string(record, "]");
	}
	text_string(record, "}");
	return CTL_DONE;
}

enum exit_code cmd_token_add(struct ctl *c)
{
	struct text made = {0}, inside = {0};
	char token[TOKENS_LEN + 1];
	struct span record = {NULL, 0};
	struct change h;
	enum exit_code code = make(c, token, &made);

	if (code != CTL_DONE) {
		text_free(&made);
		return code;
	}
	code = begin(c, &h, &record);
	if (code == CTL_DONE && copy_others(&inside, users_tokens(record), c->args[1]) > 0)
		code = ctl_say(CTL_NO, "the user has a token \"%s\" already", c->args[1]);
	if (code == CTL_DONE) {
		text_string(&inside, inside.len > 0 ? ", " : "");
		text_add(&inside, made.at, made.len);
		inside.failed = inside.failed || made.failed;
		code = store(&h, record, &inside);
	}
	if (code == CTL_DONE)
		puts(token); /* the only time that it can be seen */
	crypto_wipe(token, sizeof token);
	text_free(&made);
	text_free(&inside);
	change_end(&h);
	return code;
}

enum exit_code cmd_token_remove(struct ctl *c)
{
	struct text inside = {0};
	struct span record = {NULL, 0};
	struct change h;
	enum exit_code code = begin(c, &h, &record);

	if (code == CTL_DONE && copy_others(&inside, users_tokens(record), c->args[1]) == 0)
		code = ctl_say(CTL_NO, "the user has no token \"%s\"", c->args[1]);
	if (code == CTL_DONE)
		code = store(&h, record, &inside);
	text_free(&inside);
	change_end(&h);
	return code;
}

static int by_place(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void say_void(void *context, size_t record, const char *at, const char *why)
{
	const struct users *u = context;
	char name[USERNAME_MAX_BYTES + 1];

	(void)at;
	ctl_say(CTL_DONE, "note: a token of \"%s\" is void: %s",
		users_name(records_text(&u->records, record), name) ? name : "", why);
}

enum exit_code cmd_token_list(struct ctl *c)
{
	struct listing l = {.columns = {"username", "token", "expires", "machines"}};
	char name[USERNAME_MAX_BYTES + 1];
	struct tokens all;
	struct users u;

	if (!ctl_open_users(c, &u))
		return CTL_FAILED;
	if (c->count > 0 &&
	    records_find(&u.records, c->args[0], strlen(c->args[0])) == u.records.table.count) {
		users_close(&u);
		return ctl_no_user(c->args[0]);
	}
	l.failed = !tokens_read(&all, &u.records.table, users_tokens, say_void, &u);
	if (all.count > 1)
		qsort(all.list, all.count, sizeof *all.list, by_place);
	for (size_t i = 0; i < all.count; i++) {
		const struct token *t = &all.list[i];
		if (!users_name(records_text(&u.records, t->record), name) ||
		    (c->count > 0 && strcmp(name, c->args[0]) != 0))
			continue;
		listing_text(&l, name);
		listing_text(&l, t->name);
		if (t->expires_at >= 0)
			listing_time(&l, t->expires_at);
		else
			listing_value(&l, NULL, 0);
		listing_value(&l, t->machines.at, t->machines.len);
	}
	tokens_free(&all);
	users_close(&u);
	return listing_print(&l, c->json) ? CTL_DONE
					  : ctl_say(CTL_FAILED, "cannot write the tokens");
}
