/* order: sorts records by several values. Numbers come before text, then false, true, null, arrays
 * and objects. */
#ifndef SSA_ORDER_H
#define SSA_ORDER_H

#include "data/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order_by {
	struct span field;
	bool descending;
};

/* A value to sort by. */
struct order_key {
	enum value_kind kind;
	bool small;   /* VALUE_NUMBER: an integer, which is `number` */
	bool decoded; /* VALUE_TEXT: it is in order.decoded, from `offset` on */
	union {
		long long number;
		size_t offset;
	};
	struct span text;
};

struct order {
	const struct order_by *by;
	size_t by_count;
	struct order_key *keys; /* by_count for each record, in the order of the list */
	struct text decoded;    /* the caller frees it */
	struct value_scratch *scratch;
};

/* The key of a value as the file has it. */
struct order_key order_key(struct order *o, struct span written);

/* Less than 0: a comes before b. 0: they are equal. More than 0: a comes after b. */
int order_compare(const struct order *o, const struct order_key *a, const struct order_key *b);

/* Puts the first `wanted` of `count` places in order; `keys` are in the order of the list before.
 * Equal records keep their order; those without a value are last in both directions. Takes n log n
 * steps whatever the data, and far fewer if `wanted` is small. false: no memory, or the scratch is
 * spent. */
bool order_first(const struct order *o, uint32_t *places, size_t count, size_t wanted);

#endif
