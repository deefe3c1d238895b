#include "data/tokens.h"
#include "core/array.h"
#include "core/scan.h"

#include <stdlib.h>
#include <string.h>

bool tokens_is_token(const char *text)
{
	size_t prefix_len = sizeof TOKENS_PREFIX - 1;

	return strncmp(text, TOKENS_PREFIX, prefix_len) == 0 &&
	       crypto_is_base64url(text + prefix_len, TOKENS_LEN - prefix_len);
}

bool tokens_is_name(const char *name)
{
	size_t len = strspn(name, CRYPTO_BASE64URL ".");

	return name[len] == '\0' && len > 0 && len <= TOKEN_NAME_MAX_BYTES;
}

void tokens_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *token)
{
	crypto_digest_text(digest, token, strlen(token));
}

/* --- Reading --------------------------------------------------------------------------------- */

enum { NAME, DIGEST, EXPIRES, MACHINES, MEMBERS };

static const struct {
	const char *name, *rule;
} members[MEMBERS] = {
    [NAME] = {"name",
	      "its name must be 1 to " TEXT_OF(TOKEN_NAME_MAX_BYTES) " of A-Z a-z 0-9 . _ -"},
    [DIGEST] = {"digest",
		"its digest must be " TEXT_OF(CRYPTO_DIGEST_LEN) " characters of base64url"},
    [EXPIRES] = {"expires", "its expires must be Unix seconds"},
    [MACHINES] = {"machines", "its machines must be an array of ids"},
};

/* The last second of the year 9999. Milliseconds would be later. */
static const long long END_OF_9999 = 253402300799;

static bool is_array_of_numbers(struct span value)
{
	struct span element;
	struct scan s;

	if (!scan_into(&s, value, '['))
		return false;
	while (scan_next(&s, NULL) && scan_value(&s, &element))
		if (!decimal_is(element))
			return false;
	return true;
}

static bool read_string(struct span value, char *out, size_t size)
{
	return *value.at == '"' && json_decode(value, out, size) == JSON_DECODED;
}

static bool read_member(struct token *t, unsigned member, struct span value)
{
	switch (member) {
	case NAME:
		return read_string(value, t->name, sizeof t->name) && tokens_is_name(t->name);
	case DIGEST:
		return read_string(value, t->digest, sizeof t->digest) &&
		       crypto_is_base64url(t->digest, CRYPTO_DIGEST_LEN);
	case EXPIRES:
		return json_integer(value, &t->expires_at) && t->expires_at >= 0 &&
		       t->expires_at <= END_OF_9999;
	default:
		t->machines = value;
		return is_array_of_numbers(value);
	}
}

/* Reads one token. NULL: it is good. */
static const char *read_token(struct token *t, struct span text)
{
	struct span name, value;
	unsigned seen = 0;
	struct scan s;

	*t = (struct token){.expires_at = -1, .at = text.at};
	if (!scan_into(&s, text, '{'))
		return "it is not an object";
	while (scan_next(&s, &name) && scan_value(&s, &value)) {
		unsigned i = 0;
		while (i < MEMBERS && !json_equals(name, members[i].name, strlen(members[i].name)))
			i++;
		if (i == MEMBERS)
			return "it has an unknown member";
		if (seen & 1U << i)
			return "one of its members appears more than once";
		seen |= 1U << i;
		if (!read_member(t, i, value))
			return members[i].rule;
	}
	return (seen & 1U << NAME) && (seen & 1U << DIGEST) ? NULL
							    : "its name or its digest is missing";
}

struct reading {
	struct tokens *all;
	size_t capacity;
	tokens_complain *complain;
	void *context;
};

static void complain(const struct reading *r, size_t record, const char *at, const char *why)
{
	if (r->complain != NULL)
		r->complain(r->context, record, at, why);
}

static bool add(struct reading *r, const struct token *t)
{
	struct token *list = array_grow(r->all->list, r->all->count, &r->capacity, sizeof *list);

	if (list == NULL)
		return false;
	r->all->list = list;
	list[r->all->count++] = *t;
	return true;
}

/* Reads the tokens of one record. */
static bool read_list(struct reading *r, struct span list, size_t record)
{
	struct span text;
	struct scan s;

	if (list.at == NULL)
		return true;
	scan_into(&s, list, '[');
	while (scan_next(&s, NULL) && scan_value(&s, &text)) {
		struct token token;
		const char *why = read_token(&token, text);
		token.record = (uint32_t)record;
		if (why != NULL)
			complain(r, record, text.at, why);
		else if (!add(r, &token))
			return false;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	return x->record != y->record ? (x->record > y->record) - (x->record < y->record)
				      : strcmp(x->name, y->name);
}

static int by_digest(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	return strcmp(x->digest, y->digest);
}

/* Leaves out those that are equal to a neighbour in this order: nobody knows which one is meant. */
static void drop_equal(struct reading *r, int (*order)(const void *, const void *), const char *why)
{
	struct tokens *all = r->all;
	size_t kept = 0;
	bool before = false; /* equal to the one before */

	if (all->count > 1)
		qsort(all->list, all->count, sizeof *all->list, order);
	for (size_t i = 0; i < all->count; i++) {
		bool after = i + 1 < all->count && order(&all->list[i], &all->list[i + 1]) == 0;
		if (before || after)
			complain(r, all->list[i].record, all->list[i].at, why);
		else
			all->list[kept++] = all->list[i];
		before = after;
	}
	all->count = kept;
}

bool tokens_read(struct tokens *all, const struct table *t,
		 struct span (*list_of)(struct span record), tokens_complain *tell, void *context)
{
	struct reading r = {.all = all, .complain = tell, .context = context};

	*all = (struct tokens){0};
	for (size_t i = 0; i < t->count; i++)
		if (!read_list(&r, list_of(table_text(t, i)), i)) {
			tokens_free(all);
			return false;
		}
	drop_equal(&r, by_name, "the user has another token of this name");
	drop_equal(&r, by_digest, "another token has this digest");
	return true;
}

void tokens_free(struct tokens *all)
{
	free(all->list);
	*all = (struct tokens){0};
}

const struct token *tokens_find(const struct tokens *all, const char *token)
{
	struct token wanted = {0};

	if (all->count == 0)
		return NULL;
	tokens_digest(wanted.digest, token);
	return bsearch(&wanted, all->list, all->count, sizeof *all->list, by_digest);
}
