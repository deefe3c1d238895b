/* value: one value of a record, in the form that it has in the file: its kind, and how it compares
 * with a value that a client asks for and with the value of another record. */
#ifndef SSA_VALUE_H
#define SSA_VALUE_H

#include "core/span.h"
#include "core/text.h"
#include "data/decimal.h"

#include <stdbool.h>

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

/* `at` NULL is a value that is missing. */
enum value_kind value_kind(struct span value);

enum value_operator {
	VALUE_EQUAL,
	VALUE_NOT_EQUAL,
	VALUE_LESS,
	VALUE_LESS_OR_EQUAL,
	VALUE_GREATER,
	VALUE_GREATER_OR_EQUAL,
	VALUE_IN, /* the value is a list with commas; spaces around its members do not count */
	VALUE_CONTAINS, /* this and the next two: text only, ASCII letters without regard to case */
	VALUE_STARTS_WITH,
	VALUE_ENDS_WITH,
};

/* What several conditions with this operator on one field mean. true: one of them must hold (eq,
 * in, contains, startsWith, endsWith). false: all must hold (ne, and those that set a bound). */
bool value_operator_selects(enum value_operator operation);

/* Where strings with escapes are decoded. All zero at first; to be freed at the end. */
struct value_scratch {
	struct text text[2];
	bool failed; /* memory ran out: no answer given since then is worth anything */
};
void value_scratch_free(struct value_scratch *scratch);

/* One text that is asked for, and what it reads as. */
struct value_asked {
	struct span text;
	enum value_kind kind;   /* VALUE_TEXT, unless it reads as another kind */
	struct decimal decimal; /* VALUE_NUMBER */
	bool small;             /* likewise: it is an integer, whose value is `number` */
	long long number;
};

/* An operator and what is asked for, made ready to be compared with many values. */
struct value_test {
	enum value_operator operation;
	struct value_asked asked;
	/* VALUE_IN: the items of the list, sorted as numbers and as text. One allocation. */
	struct value_asked *numbers, *texts;
	size_t number_count, text_count;
	bool has[VALUE_MISSING]; /* VALUE_IN: true, false, null are in the list */
};

/* false: no memory. The text must live as long as the test. */
bool value_test_read(struct value_test *t, enum value_operator operation, struct span asked);
void value_test_free(struct value_test *t);

/* Whether the operator holds between a value that is there and what is asked for. The time does not
 * grow with the length of a number that is asked for, and with a list only by its logarithm. */
bool value_holds(const struct value_test *t, struct span value, struct value_scratch *scratch);

/* Whether a string contains `part`, or a number or a word in its written form does. The case of
 * ASCII letters does not count. */
bool value_contains(struct span value, struct span part, struct value_scratch *scratch);

/* The same for any text. */
bool value_text_contains(struct span text, struct span part);

/* Less than 0: a comes before b; 0: they are equal; more than 0: a comes after b. */
int value_compare(struct span a, struct span b, struct value_scratch *scratch);

#endif
