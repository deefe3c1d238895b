/* selection: which records of a table are wanted, in which order, and which slice of them. This
 * module does not know how a client asks for that.
 *
 * Values of different kinds never match: a number is compared with numbers (exactly, decimal.h),
 * true, false and null with themselves, text with text. The value that is asked for comes as text.
 * If it reads as a number, it is compared with numbers as a number and with text as text. A record
 * without the field never matches. An object matches nothing. A condition on an array holds if it
 * holds for one of its elements, and VALUE_NOT_EQUAL if no element is equal. */
#ifndef SSA_SELECTION_H
#define SSA_SELECTION_H

#include "data/order.h"
#include "data/table.h"
#include "data/value.h"

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
	/* Records without the field are last; of several values that a path reaches, the first one
	 * counts. Records that are equal in all fields stay in the file's order. */
	struct order_by sort[SELECTION_SORT_MAX];
	size_t sort_count;
	size_t start,
	    end; /* the slice of what matched: from 0, without the end; SIZE_MAX: to the last */
};

enum selection_result {
	SELECTION_FINE,
	SELECTION_NO_MEMORY,
	SELECTION_TOO_MUCH, /* more than SELECTION_EXAMINED_MAX_MIB; depends on the records alone */
};

/* Reduces a list of *count places in the table to those that are wanted, in their order. *total is
 * how many matched before the slice. If the result is not SELECTION_FINE, the list is of no use.
 * Memory is bounded by 48 bytes for each matching record and sort field, and by the texts to sort
 * by that have escapes. */
enum selection_result selection_apply(const struct selection *s, const struct table *t,
				      uint32_t *places, size_t *count, size_t *total);

#endif
