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
	return (struct key){value, is_json, value.at != NULL && decimal_is(value), place};
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
	int order = x->value.at == NULL || y->value.at == NULL
			? (x->value.at == NULL) - (y->value.at == NULL)
			: match_order(x, y);

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

static size_t find(const struct key *sorted, size_t count, const struct key *wanted)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct key *k = &sorted[middle];
		if (k->value.at != NULL && match_order(k, wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	const struct key *k = &sorted[low];
	return low < count && k->value.at != NULL && match_order(k, wanted) == 0 ? k->place : count;
}

size_t match_find(const struct key *sorted, size_t count, const struct key *wanted)
{
	struct key text = *wanted;

	if (wanted->value.at == NULL)
		return count;
	size_t place = find(sorted, count, wanted);
	if (place < count || wanted->is_json || !wanted->number)
		return place;
	text.number = false;
	return find(sorted, count, &text);
}
