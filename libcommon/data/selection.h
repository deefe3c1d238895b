/* selection: which records of a table are wanted, in which order, and which slice of them. This
 * module does not know how a client asks for that.
 *
 * Values of different kinds never match: a number is compared with numbers (exactly, decimal.h),
 * true, false and null with themselves, text with text. The value that is asked for comes as text.
 * If it reads as a number, it is compared with numbers as a number and with text as text. A record
 * without the field never matches. An array or an object matches nothing. */
#ifndef SSA_SELECTION_H
#define SSA_SELECTION_H

#include "data/order.h"
#include "data/table.h"
#include "data/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SELECTION_CONDITIONS_MAX = 64, SELECTION_SORT_MAX = 8 };

/* The path of a field: a member's name, or names with dots that reach into objects. A member that
 * has the whole path as its name comes first. */
struct selection_condition {
	struct span field;
	enum value_operator operation;
	struct span value;
	/* Where a record has a member of this name, the condition is equality with that instead. at
	 * NULL: no such reading. */
	struct span or_member;
};

/* All zero, but `end`, selects every record. The texts are UTF-8 and belong to the caller. */
struct selection {
	struct selection_condition conditions[SELECTION_CONDITIONS_MAX];
	size_t condition_count;
	struct span
	    text; /* some value of the record, at any depth, contains it; len 0: any record */
	/* Numbers come before text, then false, true, null, arrays and objects; records without the
	 * field are last. Records that are equal in all fields stay in the file's order. */
	struct order_by sort[SELECTION_SORT_MAX];
	size_t sort_count;
	size_t start,
	    end; /* the slice of what matched: from 0, without the end; SIZE_MAX: to the last */
};

/* Reduces a list of *count places in the table to those that are wanted, in their order. *total is
 * how many matched before the slice. false: no memory; then the list is of no use. Memory is
 * bounded by 40 bytes for each matching record and sort field. */
bool selection_apply(const struct selection *s, const struct table *t, uint32_t *places,
		     size_t *count, size_t *total);

#endif
