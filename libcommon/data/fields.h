/* fields: finds the values that paths reach in a record, in one walk for all paths.
 *
 * A path is a member's name, or names with dots that reach into objects. A member of the record
 * that has the whole path as its name comes first. A path goes through an array to the members of
 * each element; a number picks one element (tags.0). If an object has a name twice, the first
 * one counts. */
#ifndef SSA_FIELDS_H
#define SSA_FIELDS_H

#include "core/span.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIELDS_MAX = 136 };

/* A value that was reached. */
struct reached {
	size_t field;
	struct span value; /* of an array or an object only its bracket. at NULL: forget what was
			      reached for this field before */
	bool listed;       /* it is in an array */
};
typedef void fields_found(void *context, const struct reached *value);

/* One path, in the order of the search. */
struct field_path {
	struct span path;
	size_t field;
	bool dotted, whole; /* whole: the record has a member of this name */
};

/* The texts of the paths belong to the caller. */
struct fields {
	struct field_path paths[FIELDS_MAX];
	size_t count;
	bool any_dotted, any_number;
	uint64_t initials;     /* a bit for the first character of each path, modulo 64 */
	struct text unescaped; /* a name. `failed`: what was found is worth nothing */
	size_t more;           /* what a record costs besides its bytes, in bytes */
	size_t more_max;       /* where the search ends; the caller sets it */
	fields_found *found;
	void *context;
};

void fields_begin(struct fields *f, fields_found *found, void *context);

/* Returns the number of the field, from 0; equal paths have the same one. */
size_t fields_add(struct fields *f, struct span path);

/* Is called once, after the last path was added. */
void fields_prepare(struct fields *f);
void fields_free(struct fields *f);

/* Calls found() for each value that is reached, in the record's order: for an array, then for each
 * of its elements, also those of inner arrays. Returns the number of bytes that were walked, or
 * could have been in the same time. */
size_t fields_find(struct fields *f, struct span record);

#endif
