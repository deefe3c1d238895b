/* assign: gives members of a record new values, as a person types them.
 *
 *   status=running     text, or a number or a boolean if the present value or the rules want one
 *   tags:=["a","b"]    any JSON
 *   rack.row=3         a path into objects, unless a member has the whole name
 *
 * A number stays as it is written. No other byte of the record changes. */
#ifndef SSA_ASSIGN_H
#define SSA_ASSIGN_H

#include "core/span.h"
#include "core/text.h"
#include "data/table.h"

#include <stdbool.h>

enum { ASSIGN_WHY_SIZE = 600 };

/* Writes the record after one assignment. false: `why` is a sentence. */
bool assign_word(struct text *out, const struct table_kind *kind, struct span record,
		 const char *word, char why[static ASSIGN_WHY_SIZE]);

/* The same, with the field and the text apart. */
bool assign_text(struct text *out, const struct table_kind *kind, struct span record,
		 struct span field, const char *value, char why[static ASSIGN_WHY_SIZE]);

/* Sets a member to a JSON value. value.at NULL: removes the member, which must be there. `is_path`:
 * dots in the field lead into objects. */
bool assign_json(struct text *out, const struct table_kind *kind, struct span record,
		 struct span field, bool is_path, struct span value,
		 char why[static ASSIGN_WHY_SIZE]);

/* Finds a member by its path. */
bool assign_find(struct span record, struct span field, struct span *value);

/* Names the rules that a record breaks, such as "cpus missing, mem of the wrong type". false: none
 * is broken. */
bool assign_faults(const struct table_kind *kind, struct span record,
		   char why[static ASSIGN_WHY_SIZE]);

#endif
