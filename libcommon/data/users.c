#include "data/users.h"
#include "core/crypto.h"
#include "core/log.h"

#include <string.h>

enum { NAME, PASSWORD, DISABLED, MACHINES, TOKENS, FIELDS };

static const char *const guarded[] = {"disabled", "machines", "tokens", NULL};

const struct table_kind users_kind = {
    .name = "users",
    .file_name = "users.json",
    .fields = {[NAME] = JSON_FIELD("username", JSON_STRING),
	       [PASSWORD] = JSON_FIELD("password", JSON_STRING),
	       [DISABLED] = JSON_FIELD("disabled", JSON_BOOL),
	       [MACHINES] = JSON_FIELD("machines", JSON_ARRAY),
	       [TOKENS] = JSON_FIELD("tokens", JSON_ARRAY)},
    .count = FIELDS,
    .required = DISABLED,
    .guarded = guarded,
};

bool users_open(struct users *u, const char *data_dir, bool resident)
{
	u->work_like_of = u->tokens_of = u->hash_kib_of = 0;
	u->tokens = (struct tokens){0};
	return records_open(&u->records, &users_kind, data_dir, resident);
}

void users_close(struct users *u)
{
	records_close(&u->records);
	tokens_free(&u->tokens);
	u->tokens_of = 0;
}

enum users_found users_find(struct users *u, const char *name, struct user *user)
{
	size_t i = table_find(&u->records.table, span_of(name));

	return i == u->records.table.count ? USERS_UNKNOWN
					   : users_read(table_text(&u->records.table, i), user);
}

static bool read_fields(struct span record, struct json_field fields[static FIELDS])
{

	memcpy(fields, users_kind.fields, FIELDS * sizeof *fields);
	return json_fields(record, fields, FIELDS);
}

bool users_name(struct span record, char name[static USERNAME_MAX_BYTES + 1])
{
	struct json_field fields[FIELDS];

	return read_fields(record, fields) &&
	       json_decode(fields[NAME].value, name, USERNAME_MAX_BYTES + 1) == JSON_DECODED &&
	       name[0] != '\0';
}

struct span users_tokens(struct span record)
{
	struct json_field fields[FIELDS];

	return read_fields(record, fields) && fields[TOKENS].state == JSON_PRESENT
		   ? fields[TOKENS].value
		   : (struct span){NULL, 0};
}

static void log_token(void *context, size_t record, const char *at, const char *why)
{
	struct users *u = context;
	char name[USERNAME_MAX_BYTES + 1];

	(void)at;
	log_event("API token left out", "file", users_kind.file_name, "user",
		  users_name(table_text(&u->records.table, record), name) ? name : NULL, "reason",
		  why, NULL);
}

enum users_found users_find_token(struct users *u, const char *text, struct token *token,
				  char name[static USERNAME_MAX_BYTES + 1], struct user *user)
{
	if (u->tokens_of != u->records.generation) {
		tokens_free(&u->tokens);
		u->tokens_of = 0;
		if (!tokens_read(&u->tokens, &u->records.table, users_tokens, log_token, u))
			return USERS_NO_MEMORY;
		u->tokens_of = u->records.generation;
	}
	const struct token *found = tokens_find(&u->tokens, text);
	if (found == NULL)
		return USERS_UNKNOWN;
	struct span record = table_text(&u->records.table, found->record);
	/* Of two records with the same name the first one counts. */
	if (!users_name(record, name) ||
	    table_find(&u->records.table, span_of(name)) != found->record)
		return USERS_UNKNOWN;
	*token = *found;
	return users_read(record, user);
}

enum users_found users_read(struct span record, struct user *user)
{
	struct json_field fields[FIELDS];

	if (!read_fields(record, fields))
		return USERS_UNKNOWN;
	user->disabled =
	    fields[DISABLED].state == JSON_PRESENT && *fields[DISABLED].value.at == 't';
	user->machines = fields[MACHINES].state == JSON_PRESENT ? fields[MACHINES].value
								: (struct span){NULL, 0};
	switch (json_decode(fields[PASSWORD].value, user->password, sizeof user->password)) {
	case JSON_DECODED:
		break;
	case JSON_TOO_LONG:
		return USERS_UNKNOWN;
	case JSON_NO_MEMORY:
		return USERS_NO_MEMORY;
	}
	return USERS_FOUND;
}

/* Tells whether text[0..len) is one JSON string. */
static bool is_string(const char *text, size_t len)
{
	struct scan s;

	scan_begin(&s, text, len, 0);
	return scan_value(&s, NULL) && scan_finish(&s);
}

/* The text of all records. */
static struct span all_text(const struct table *t)
{
	if (t->count == 0)
		return (struct span){"", 0};
	struct span first = table_text(t, 0), last = table_text(t, t->count - 1);
	return (struct span){first.at, (size_t)(last.at + last.len - first.at)};
}

/* Finds the next string in the text that begins as a hash does, and moves *text behind its quote.
 * JSON may escape only the '/' of a hash, and its beginning has none. */
static bool next_hash(struct span *text)
{
	static const char prefix[] = "\"" CRYPTO_ARGON2ID "m=";
	const char *at = memmem(text->at, text->len, prefix, sizeof prefix - 1);

	if (at != NULL)
		*text = (struct span){at + 1, text->len - (size_t)(at + 1 - text->at)};
	return at != NULL;
}

/* Decodes the first whole hash of the file into `out`, or makes it empty. */
static enum json_decoded take_hash(const struct table *t, char *out, size_t size)
{
	struct span text = all_text(t);
	const char *quote;

	while (next_hash(&text) && (quote = memchr(text.at, '"', text.len)) != NULL) {
		struct span string = {text.at - 1, (size_t)(quote + 1 - (text.at - 1))};
		if (!is_string(string.at, string.len))
			continue; /* the first quote is in another string */
		enum json_decoded decoded = json_decode(string, out, size);
		if (decoded == JSON_NO_MEMORY ||
		    (decoded == JSON_DECODED && crypto_is_argon2id(out)))
			return decoded;
	}
	out[0] = '\0';
	return JSON_DECODED;
}

static unsigned long find_hash_kib(const struct users *u)
{
	struct span text = all_text(&u->records.table);
	unsigned long most = 0;

	while (next_hash(&text)) {
		unsigned long kib = crypto_argon2id_kib(text);
		most = kib > most ? kib : most;
	}
	return most;
}

unsigned long users_hash_kib(struct users *u)
{
	if (u->hash_kib_of != u->records.generation) {
		u->hash_kib = find_hash_kib(u);
		u->hash_kib_of = u->records.generation;
	}
	return u->hash_kib;
}

const char *users_work_like(struct users *u)
{
	if (u->work_like_of != u->records.generation) {
		/* Without memory, the next call tries again. */
		if (take_hash(&u->records.table, u->work_like, sizeof u->work_like) == JSON_DECODED)
			u->work_like_of = u->records.generation;
		else
			u->work_like[0] = '\0';
	}
	return u->work_like[0] != '\0' ? u->work_like : NULL;
}
