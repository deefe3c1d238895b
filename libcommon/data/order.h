/* order: sorts records by several of their values. */
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
	bool small; /* it is an integer, whose value is `number` */
	long long number;
	struct span value;
};

struct order {
	const struct order_by *by;
	size_t by_count;
	struct order_key *keys; /* by_count for each record, in the order of the list */
	struct value_scratch *scratch;
};

struct order_key order_key(struct span value);

/* Puts the first `wanted` of `count` places into their order; `keys` belong to the list as it is
 * before. Records that are equal in all values stay as they are; those without a value are last in
 * both directions. Takes n log n steps whatever the data, and far fewer where `wanted` is small.
 * false: no memory. */
bool order_first(const struct order *o, uint32_t *places, size_t count, size_t wanted);

#endif
