/* value: one value of a record, read once, and what a client asks about it. */
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

/* The kind of a value as the file has it; its first character is enough. `at` NULL: missing. */
enum value_kind value_kind(struct span written);

enum value_operator {
	VALUE_EQUAL,
	VALUE_NOT_EQUAL,
	VALUE_LESS,
	VALUE_LESS_OR_EQUAL,
	VALUE_GREATER,
	VALUE_GREATER_OR_EQUAL,
	VALUE_IN,       /* a list with commas; spaces around its items do not count */
	VALUE_CONTAINS, /* this and the next two: text only, ASCII letters without regard to case */
	VALUE_STARTS_WITH,
	VALUE_ENDS_WITH,
};

/* What several conditions with this operator on one field mean. true: one of them must hold (eq,
 * in, contains, startsWith, endsWith). false: all must hold (ne, and those that set a bound). */
bool value_operator_selects(enum value_operator operation);

enum { VALUE_PART_MAX_BYTES = 8192, VALUE_BLOCK_BYTES = 16384 };

/* What reading and comparing needs. */
struct value_scratch {
	/* How many bytes of text may still be examined. The count depends on the texts alone, so
	 * the same question always has the same answer. */
	size_t left;
	bool spent; /* the bytes did not suffice: no answer given since then is worth anything */
	struct text decoded; /* `failed`: likewise */
	char folded[VALUE_BLOCK_BYTES + VALUE_PART_MAX_BYTES];
};
void value_scratch_begin(struct value_scratch *scratch, size_t bytes);
void value_scratch_free(struct value_scratch *scratch);

/* Counts bytes that are examined. false: more than may be. */
bool value_spend(struct value_scratch *scratch, size_t bytes);

struct value {
	enum value_kind kind;
	struct decimal number; /* VALUE_NUMBER */
	struct span text;      /* VALUE_TEXT: decoded; any other kind: as written */
};

/* Reads a value as the file has it. The text may stand in the scratch: it lives until the next
 * value is read. */
void value_read(struct value *v, struct span written, struct value_scratch *scratch);

/* An operator and what is asked for: one text, or several alternatives. */
struct value_test {
	enum value_operator operation;
	/* VALUE_EQUAL, VALUE_IN: the numbers and the texts, each sorted. Else `texts` has what was
	 * asked for, in lower case if the case does not count. */
	struct value *numbers, *texts;
	size_t number_count, text_count;
	bool has[VALUE_MISSING]; /* VALUE_EQUAL, VALUE_IN: true, false, null are asked for */
	size_t longest;          /* VALUE_CONTAINS: of the texts */
};

/* `asked` are alternatives; an operator that does not select has one. Each is at most
 * VALUE_PART_MAX_BYTES long, and lives as long as the test. false: no memory. */
bool value_test_init(struct value_test *t, enum value_operator operation, const struct span *asked,
		     size_t count);
void value_test_free(struct value_test *t);

enum value_answer {
	VALUE_OTHER_KIND, /* values of different kinds never match, not even for VALUE_NOT_EQUAL */
	VALUE_FAILS,
	VALUE_HOLDS,
};

/* A value that reads as a number is asked for as a number among numbers, and as text among texts.
 * The time is proportional to the length of the value, and grows with a list only by its
 * logarithm. */
enum value_answer value_answer(const struct value_test *t, const struct value *v,
			       struct value_scratch *scratch);

/* Whether any text contains what a test with VALUE_CONTAINS asks for, in time proportional to its
 * length. */
bool value_text_contains(const struct value_test *t, struct span text,
			 struct value_scratch *scratch);

#endif
