/* The commands for API tokens: token add, list, remove. */
#include "change.h"
#include "command.h"
#include "core/crypto.h"
#include "core/scan.h"
#include "data/decimal.h"
#include "data/splice.h"
#include "data/users.h"
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAYS_MAX 36500

enum { DAY_S = 86400 };

/* Whether a token has this name. */
static bool is_named(struct span token, const char *name)
{
	struct json_field field = JSON_FIELD("name", JSON_STRING);

	return json_fields(token, &field, 1) && field.state == JSON_PRESENT &&
	       json_equals((struct span){field.value.at + 1, field.value.len - 2}, name,
			   strlen(name));
}

/* Copies a list (at NULL: an empty one) without each token of this name. Returns whether there is
 * one. */
static bool copy_without(struct text *out, struct span list, const char *name)
{
	list = list.at != NULL ? list : span_of("[]");
	const char *from = list.at, *end = list.at + list.len;
	struct span token;
	struct scan s;

	scan_into(&s, list, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &token))
		if (is_named(token, name))
			from = splice_skip(out, from, token, end);
	text_add(out, from, (size_t)(end - from));
	return from != list.at;
}

/* Whether a list has no token. */
static bool is_empty(struct span list)
{
	struct scan s;

	scan_into(&s, list, '[');
	return !scan_next(&s, NULL);
}

/* Gives the user's record this list of tokens, and writes the file. */
static void store(struct change *h, size_t place, struct text *list)
{
	struct text record = {0};
	struct span text = ctl_text(list);

	splice_member(&record, table_text(&h->table, place), "tokens",
		      is_empty(text) ? (struct span){NULL, 0} : text);
	change_put(h, place, record);
	change_finish(h);
	text_free(list);
}

/* Reads a number of days. 0: it is no whole number, or too large. */
static long long days_of(const char *text)
{
	long long days;

	return json_integer(span_of(text), &days) && days > 0 && days <= DAYS_MAX ? days : 0;
}

/* Writes the ids of --machines as JSON: its value, with commas or alone, and the words that follow
 * the name. */
static void write_ids(const struct ctl *c, struct text *out)
{
	struct span list = span_of(c->machines), id;
	char **word = c->args + 2;

	text_string(out, "[");
	if (strcmp(c->machines, "none") == 0 && *word == NULL)
		list.at = NULL;
	for (; list.at != NULL; list = *word != NULL ? span_of(*word++) : (struct span){NULL, 0})
		while (span_next(&list, ',', &id)) {
			if (!decimal_is(id))
				ctl_end(CTL_USAGE, "--machines: an id must be a number: %.*s",
					(int)id.len, id.at);
			text_string(out, out->len > 1 ? ", " : "");
			text_add(out, id.at, id.len);
		}
	text_string(out, "]");
	ctl_note_ids(c, ctl_text(out));
}

/* Makes a token, and writes its record. */
static void make(const struct ctl *c, char token[static TOKENS_LEN + 1], struct text *record)
{
	char random[CRYPTO_RANDOM_MAX + 1], digest[CRYPTO_DIGEST_LEN + 1];
	long long days = c->days != NULL ? days_of(c->days) : 0;
	struct text ids = {0};

	if (!tokens_is_name(c->args[1]))
		ctl_end(CTL_USAGE, "the name of a token is 1 to " TEXT_OF(
				       TOKEN_NAME_MAX_BYTES) " of A-Z a-z 0-9 . _ -");
	if (c->days != NULL && days == 0)
		ctl_end(CTL_USAGE, "--days must be a number, 1 to " TEXT_OF(DAYS_MAX));
	if (c->machines == NULL && c->count > 2)
		ctl_end(CTL_USAGE, "ids must follow --machines");
	if (!crypto_random(random, CRYPTO_RANDOM_MAX))
		ctl_end(CTL_FAILED, "no random bytes");
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
		text_string(record, ", \"machines\": ");
		write_ids(c, &ids);
		text_add(record, ids.at, ids.len);
	}
	text_string(record, "}");
	ctl_text(record);
	text_free(&ids);
}

static enum exit_code add(struct ctl *c)
{
	struct text made = {0}, old = {0}, list = {0};
	char token[TOKENS_LEN + 1];
	struct change h;

	make(c, token, &made);
	size_t place = change_begin_user(&h, c, c->args[0]);
	if (copy_without(&old, users_tokens(table_text(&h.table, place)), c->args[1]))
		ctl_end(CTL_NO, "the user already has a token \"%s\"", c->args[1]);
	if (is_empty(ctl_text(&old))) {
		text_string(&list, "[");
		text_add(&list, made.at, made.len);
		text_string(&list, "]");
	} else {
		splice_append(&list, ctl_text(&old), ctl_text(&made));
	}
	puts(token); /* the only time that it can be seen, so this must not fail */
	ctl_flush();
	store(&h, place, &list);
	crypto_wipe(token, sizeof token);
	text_free(&made);
	text_free(&old);
	return CTL_DONE;
}

static enum exit_code remove_token(struct ctl *c)
{
	struct text list = {0};
	struct change h;
	size_t place = change_begin_user(&h, c, c->args[0]);

	if (!copy_without(&list, users_tokens(table_text(&h.table, place)), c->args[1]))
		ctl_end(CTL_NO, "the user has no token \"%s\"", c->args[1]);
	store(&h, place, &list);
	return CTL_DONE;
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
	ctl_say("note: a token of \"%s\" is void: %s",
		users_name(table_text(&u->records.table, record), name) ? name : "", why);
}

static enum exit_code list_tokens(struct ctl *c)
{
	struct listing l = {.columns = {"username", "token", "expires", "machines"}};
	const char *user = c->args[0];
	char name[USERNAME_MAX_BYTES + 1];
	struct tokens all;
	struct users u;

	ctl_open_users(c, &u);
	if (user != NULL && table_find(&u.records.table, span_of(user)) == u.records.table.count)
		ctl_no_user(user);
	if (!tokens_read(&all, &u.records.table, users_tokens, say_void, &u))
		ctl_end(CTL_FAILED, "out of memory");
	if (all.count > 1)
		qsort(all.list, all.count, sizeof *all.list, by_place);
	for (size_t i = 0; i < all.count; i++) {
		const struct token *t = &all.list[i];
		if (!users_name(table_text(&u.records.table, t->record), name) ||
		    (user != NULL && strcmp(name, user) != 0))
			continue;
		listing_text(&l, name);
		listing_text(&l, t->name);
		if (t->expires_at >= 0)
			listing_time(&l, t->expires_at);
		else
			listing_text(&l, NULL);
		listing_value(&l, t->machines.at, t->machines.len);
	}
	tokens_free(&all);
	users_close(&u);
	listing_print(&l, c->json);
	return CTL_DONE;
}

const struct command cmd_token[] = {
    {"token add", "USER NAME", "make an API token and print it once", 2, INT_MAX, DAYS | MACHINES,
     FILES, add},
    {"token list", "[USER]", "list API tokens: names, not secrets", 0, 1, JSON, FILES, list_tokens},
    {"token remove", "USER NAME", "revoke an API token", 2, 2, 0, FILES, remove_token},
    {0},
};
