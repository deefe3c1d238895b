#include "data/order.h"
#include "core/json.h"

#include <stdlib.h>
#include <string.h>

/* memcmp compares several bytes at once. */
enum { BYTES_AT_ONCE = 8 };

struct order_key order_key(struct order *o, struct span written)
{
	struct order_key key = {.kind = value_kind(written), .text = written};

	if (key.kind == VALUE_NUMBER)
		key.small = json_integer(written, &key.number);
	if (key.kind != VALUE_TEXT)
		return key;
	key.text = (struct span){written.at + 1, written.len - 2};
	key.decoded = memchr(key.text.at, '\\', key.text.len) != NULL;
	if (key.decoded) {
		key.offset = o->decoded.len;
		json_append(&o->decoded, key.text);
		key.text.len = o->decoded.len - key.offset;
	}
	return key;
}

static struct span text_of(const struct order *o, const struct order_key *key)
{
	bool moved = key->decoded && key->text.len > 0;

	return (struct span){moved ? o->decoded.at + key->offset : key->text.at, key->text.len};
}

int order_compare(const struct order *o, const struct order_key *a, const struct order_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == VALUE_NUMBER) {
		if (a->small && b->small)
			return (a->number > b->number) - (a->number < b->number);
		return value_spend(o->scratch, a->text.len + b->text.len)
			   ? decimal_compare(a->text, b->text)
			   : 0;
	}
	if (a->kind != VALUE_TEXT)
		return 0;
	size_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
	if (!value_spend(o->scratch, len / BYTES_AT_ONCE))
		return 0;
	return span_order(text_of(o, a), text_of(o, b));
}

/* Whether record a comes before b. Both are places in the list of matches. */
static bool is_before(const struct order *o, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < o->by_count; i++) {
		const struct order_key *x = &o->keys[a * o->by_count + i];
		const struct order_key *y = &o->keys[b * o->by_count + i];
		int order = order_compare(o, x, y);
		if (order == 0)
			continue;
		/* The missing are last in both directions. */
		bool reversed =
		    o->by[i].descending && x->kind != VALUE_MISSING && y->kind != VALUE_MISSING;
		return reversed ? order > 0 : order < 0;
	}
	return a < b; /* in the file's order */
}

/* Moves a heap's record at `i` down to its place. */
static void sift(const struct order *o, uint32_t *heap, size_t count, size_t i)
{
	for (;;) {
		size_t last = i, child = 2 * i + 1;
		for (size_t k = child; k < child + 2 && k < count; k++)
			if (is_before(o, heap[last], heap[k]))
				last = k;
		if (last == i)
			return;
		uint32_t other = heap[i];
		heap[i] = heap[last];
		heap[last] = other;
		i = last;
	}
}

/* Gathers the first `wanted` records at the front of the list, in no order, so that a page near the
 * beginning need not sort all. They are a heap, whose top, the last one, gives way. */
static void gather_first(const struct order *o, uint32_t *list, size_t count, size_t wanted)
{
	for (size_t i = wanted / 2; i-- > 0;)
		sift(o, list, wanted, i);
	for (size_t i = wanted; i < count; i++)
		if (is_before(o, list[i], list[0])) {
			list[0] = list[i];
			sift(o, list, wanted, 0);
		}
}

/* Merge sort, from the bottom up: n log n whatever the data. Returns the list with the result. */
static uint32_t *merge_sort(const struct order *o, uint32_t *from, uint32_t *to, size_t count)
{
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t low = 0; low < count; low += 2 * width) {
			size_t middle = low + width < count ? low + width : count;
			size_t high = middle + width < count ? middle + width : count;
			size_t a = low, b = middle;
			for (size_t k = low; k < high; k++)
				to[k] = a < middle && (b >= high || is_before(o, from[a], from[b]))
					    ? from[a++]
					    : from[b++];
		}
		uint32_t *other = from;
		from = to;
		to = other;
	}
	return from;
}

bool order_first(const struct order *o, uint32_t *places, size_t count, size_t wanted)
{
	uint32_t *lists = calloc(3 * count + 1, sizeof *lists);

	if (wanted > count)
		wanted = count;
	if (lists == NULL)
		return false;
	uint32_t *order = lists, *copy = lists + 2 * count;
	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	if (wanted < count)
		gather_first(o, order, count, wanted);
	order = merge_sort(o, order, order + count, wanted);
	memcpy(copy, places, count * sizeof *copy);
	for (size_t i = 0; i < wanted; i++)
		places[i] = copy[order[i]];
	free(lists);
	return !o->decoded.failed && !o->scratch->spent;
}
