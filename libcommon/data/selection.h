/* selection: selects records of a table, orders them, and takes a slice. How a client asks for that
 * is not known here.
 *
 * Values of different kinds never match: numbers are compared exactly with numbers (decimal.h),
 * true, false and null with themselves, text with text. What is asked for is text; if it reads as a
 * number, it is a number for numbers, and text for texts. A record without the field never matches,
 * nor does an object. A condition on an array holds if it holds for one of its elements; ne, if
 * no element is equal. */
#ifndef SSA_SELECTION_H
#define SSA_SELECTION_H

#include "data/operators.h"
#include "data/order.h"
#include "data/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SELECTION_CONDITIONS_MAX = 64 };
#define SELECTION_SORT_MAX 8

/* The text that one selection may examine, in MiB: about a second of work. */
#define SELECTION_EXAMINED_MAX_MIB 256

/* The field is a path, see fields.h. */
struct selection_condition {
	struct span field;
	const struct value_operator *operation;
	struct span value;
	/* If a record has a member of this name, the condition is equality with that instead. at
	 * NULL: there is no such reading. */
	struct span or_member;
};

/* All zero but `end`: every record. The texts are UTF-8 and belong to the caller. */
struct selection {
	struct selection_condition conditions[SELECTION_CONDITIONS_MAX];
	size_t condition_count;
	struct span text; /* some value, at any depth, contains it; len 0: any record */
	/* Of several values that a path reaches, the first one counts. Records without the field
	 * are last, and equal records in the order of the file. */
	struct order_by sort[SELECTION_SORT_MAX];
	size_t sort_count;
	size_t start, end; /* the slice of what matched, without `end`; SIZE_MAX: to the last */
};

enum selection_result {
	SELECTION_FINE,
	SELECTION_NO_MEMORY,
	SELECTION_TOO_MUCH, /* over SELECTION_EXAMINED_MAX_MIB; the load does not matter */
};

/* Reduces a list of *count places in the table to the wanted ones, in their order. *total is how
 * many matched before the slice. Without SELECTION_FINE the list is of no use. Takes at most 48
 * bytes for each matching record and sort field, and the texts with escapes to sort by. */
enum selection_result selection_apply(const struct selection *s, const struct table *t,
				      uint32_t *places, size_t *count, size_t *total);

#endif
