/* value: reads a value of a record once, and answers what a client asks about it. */
#ifndef SSA_VALUE_H
#define SSA_VALUE_H

#include "core/span.h"
#include "core/text.h"
#include "data/decimal.h"

#include <stdbool.h>
#include <stddef.h>

/* In the order in which values are sorted. */
enum value_kind {
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_FALSE,
	VALUE_TRUE,
	VALUE_NULL,
	VALUE_COMPOUND, /* an array or an object */
	VALUE_MISSING,
};

/* The kind of a value as written; its first character is enough. `at` NULL: missing. */
enum value_kind value_kind(struct span written);

enum value_operator {
	VALUE_EQUAL,
	VALUE_NOT_EQUAL,
	VALUE_LESS,
	VALUE_LESS_OR_EQUAL,
	VALUE_GREATER,
	VALUE_GREATER_OR_EQUAL,
	VALUE_IN,       /* a list with commas, and perhaps spaces around its items */
	VALUE_CONTAINS, /* this and the next two: text only, without regard to ASCII case */
	VALUE_STARTS_WITH,
	VALUE_ENDS_WITH,
};

/* Of several conditions with this operator on one field, must one hold (eq, in, contains,
 * startsWith, endsWith) or must all (ne, and those that set a bound)? */
bool value_operator_selects(enum value_operator operation);

enum { VALUE_PART_MAX_BYTES = 8192, VALUE_BLOCK_BYTES = 16384 };

/* What reading and comparing needs. */
struct value_scratch {
	/* How many bytes of text may still be examined. The count depends on the texts alone, so an
	 * answer does not depend on load. */
	size_t left;
	bool spent;          /* they did not suffice: the answers since then are worth nothing */
	struct text decoded; /* `failed`: likewise */
	char folded[VALUE_BLOCK_BYTES + VALUE_PART_MAX_BYTES];
};
void value_scratch_begin(struct value_scratch *scratch, size_t bytes);
void value_scratch_free(struct value_scratch *scratch);

/* Counts bytes that are examined. false: too many. */
bool value_spend(struct value_scratch *scratch, size_t bytes);

struct value {
	enum value_kind kind;
	struct decimal number; /* VALUE_NUMBER */
	struct span text;      /* VALUE_TEXT: decoded; any other kind: as written */
};

/* Reads a value as written. Its text may be in the scratch, and lives until the next value is
 * read. */
void value_read(struct value *v, struct span written, struct value_scratch *scratch);

/* An operator, and one text or several alternatives that are asked for. */
struct value_test {
	enum value_operator operation;
	/* VALUE_EQUAL, VALUE_IN: the numbers and the texts, each sorted. Else `texts` has what is
	 * asked for, in lower case if case does not count. */
	struct value *numbers, *texts;
	size_t number_count, text_count;
	bool has[VALUE_MISSING]; /* VALUE_EQUAL, VALUE_IN: true, false, null are asked for */
	size_t longest;          /* VALUE_CONTAINS: of the texts */
};

/* `asked` are alternatives, of at most VALUE_PART_MAX_BYTES each, which live as long as the test;
 * an operator that does not select has one. false: no memory. */
bool value_test_init(struct value_test *t, enum value_operator operation, const struct span *asked,
		     size_t count);
void value_test_free(struct value_test *t);

enum value_answer {
	VALUE_OTHER_KIND, /* values of different kinds never match, not even for VALUE_NOT_EQUAL */
	VALUE_FAILS,
	VALUE_HOLDS,
};

/* Takes time proportional to the length of the value and to the logarithm of a list's length. */
enum value_answer value_answer(const struct value_test *t, const struct value *v,
			       struct value_scratch *scratch);

/* Whether a text contains what a test with VALUE_CONTAINS asks for, in time proportional to its
 * length. */
bool value_text_contains(const struct value_test *t, struct span text,
			 struct value_scratch *scratch);

#endif
