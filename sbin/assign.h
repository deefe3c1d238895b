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

struct assign {
	const struct table_kind *kind;
	struct text record; /* as it is now; the caller frees it */
	char why[600];      /* a sentence, if a function returns false */
};

static inline struct span assign_record(const struct assign *a)
{
	return (struct span){a->record.at, a->record.len};
}

/* The name in an assignment, which is the whole word if there is no sign. */
struct span assign_name(const char *word);

/* Makes one assignment. false: it is refused, and the record is as before. */
bool assign_word(struct assign *a, const char *word);

/* The same, with the field and the text apart. */
bool assign_text(struct assign *a, struct span field, const char *value);

/* Sets a member to a JSON value. value.at NULL: removes the member, which must be there. `is_path`:
 * dots in the field lead into objects. */
bool assign_json(struct assign *a, struct span field, bool is_path, struct span value);

/* Whether the record follows the rules; if not, `why` names all that it breaks, such as "cpus
 * missing, mem of the wrong type". */
bool assign_is_good(struct assign *a);

/* Finds a member by its path. */
bool assign_find(struct span record, struct span field, struct span *value);

#endif
