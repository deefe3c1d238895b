#include "http/condition.h"
#include "core/number.h"

#include <stdio.h>
#include <string.h>

/* Names that mean pages and order in other APIs. As fields they would match no machine, and an
 * empty list looks like an answer. */
static const struct {
	const char *name, *ours;
} foreign[] = {
    {"page", "_page"}, {"per_page", "_per_page"}, {"limit", "_limit"},       {"offset", "_start"},
    {"sort", "_sort"}, {"order", "_order"},       {"filter", "field=value"}, {"fields", NULL},
};

/* Returns what to use in place of a foreign name, or NULL. */
static const char *ours_for(struct span name, char words[static CONDITION_WORDS_SIZE])
{
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
		if (!span_is(name, foreign[i].name, strlen(foreign[i].name)))
			continue;
		if (foreign[i].ours == NULL)
			return "a reply has all fields, or use fields:eq for a member";
		snprintf(words, CONDITION_WORDS_SIZE, "use %s, or %s:eq for a member of this name",
			 foreign[i].ours, foreign[i].name);
		return words;
	}
	return NULL;
}

/* Splits a name at the last separator. false: there is no separator. */
static bool split(struct span name, char separator, struct span *field, struct span *word)
{
	const char *mark = memrchr(name.at, separator, name.len);

	if (mark == NULL)
		return false;
	*field = (struct span){name.at, (size_t)(mark - name.at)};
	*word = (struct span){mark + 1, (size_t)(name.at + name.len - mark - 1)};
	return true;
}

bool condition_take_brackets(struct span *name, struct span *word)
{
	struct span inner, before;
	unsigned long long number;

	*word = (struct span){NULL, 0};
	for (int i = 0; name->len > 0 && name->at[name->len - 1] == ']'; i++) {
		if (word->at != NULL || !split(*name, '[', &before, &inner))
			return false;
		inner.len--;
		if (inner.len > 0 && !number_read(inner, ULLONG_MAX, &number))
			*word = inner;
		else if (i > 0)
			return false;
		*name = before;
	}
	return memchr(name->at, '[', name->len) == NULL && memchr(name->at, ']', name->len) == NULL;
}

/* A field alone, or field_operator, where `contains` is `like`. */
static const char *read_field(struct span name, struct selection_condition *c,
			      char words[static CONDITION_WORDS_SIZE])
{
	struct span field, word;
	const char *ours = ours_for(name, words);
	const struct value_operator *o = NULL;

	if (name.len == 0)
		return "a name is missing";
	if (ours != NULL)
		return ours;
	if (split(name, '_', &field, &word) && field.len > 0)
		o = value_operator_find(span_is(word, "like", 4) ? span_of("contains") : word);
	if (o == NULL && name.at[0] == '_')
		return "unknown parameter";
	*c = o != NULL
		 ? (struct selection_condition){.field = field, .operation = o, .or_member = name}
		 : (struct selection_condition){.field = name,
						.operation = value_operator_find(span_of("eq"))};
	return NULL;
}

const char *condition_read(struct span name, struct span word, struct selection_condition *c,
			   char words[static CONDITION_WORDS_SIZE])
{
	struct span field = name;

	if (word.at == NULL && !split(name, ':', &field, &word))
		return read_field(name, c, words);
	const struct value_operator *o = value_operator_find(word);
	if (o == NULL) {
		const char *ours = ours_for(field, words);
		return ours != NULL ? ours : "unknown operator";
	}
	if (field.len == 0)
		return "a name is missing";
	*c = (struct selection_condition){.field = field, .operation = o};
	return NULL;
}
