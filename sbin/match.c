#include "match.h"
#include "assign.h"
#include "core/json.h"
#include "core/text.h"
#include "ctl.h"
#include "data/decimal.h"

#include <stdlib.h>
#include <string.h>

struct key match_key(struct span value, bool is_json, size_t place)
{
	struct key k = {.is_json = is_json, .place = place};

	if (value.at == NULL)
		return k;
	struct span number = is_json ? value : span_trim(value, " \t");
	k.number = decimal_is(number);
	if (k.number || !is_json || *value.at == '"')
		k.value = k.number ? number : value;
	return k;
}

static void add_text(struct text *out, const struct key *k)
{
	if (k->is_json && *k->value.at == '"')
		json_append(out, (struct span){k->value.at + 1, k->value.len - 2});
	else
		text_add(out, k->value.at, k->value.len);
}

int match_order(const struct key *a, const struct key *b)
{
	struct text x = {0}, y = {0};

	if (a->value.at == NULL || b->value.at == NULL)
		return (a->value.at == NULL) - (b->value.at == NULL);
	if (a->number && b->number)
		return decimal_compare(a->value, b->value);
	if (a->number != b->number)
		return a->number ? -1 : 1;
	add_text(&x, a);
	add_text(&y, b);
	int order = span_order(ctl_text(&x), ctl_text(&y));
	text_free(&x);
	text_free(&y);
	return order;
}

int match_by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = match_order(x, y);

	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

struct key *match_table(const struct table *t, const char *field)
{
	struct key *keys = ctl_allocate(t->count, sizeof *keys);
	struct span value;

	for (size_t i = 0; i < t->count; i++) {
		bool there = assign_find(table_text(t, i), span_of(field), &value);
		keys[i] = match_key(there ? value : (struct span){NULL, 0}, true, i);
	}
	qsort(keys, t->count, sizeof *keys, match_by_key);
	return keys;
}

static const struct key *find(const struct key *sorted, size_t count, const struct key *wanted)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (match_order(&sorted[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && match_order(&sorted[low], wanted) == 0 ? &sorted[low] : NULL;
}

const struct key *match_find(const struct key *sorted, size_t count, const struct key *wanted)
{
	struct key text = *wanted;

	if (wanted->value.at == NULL)
		return NULL;
	const struct key *k = find(sorted, count, wanted);
	text.number = false;
	return k == NULL && wanted->number && !wanted->is_json ? find(sorted, count, &text) : k;
}
