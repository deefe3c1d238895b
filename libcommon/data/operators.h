/* operators: compares a value with what a client asks for, by the operators of a query. */
#ifndef SSA_OPERATORS_H
#define SSA_OPERATORS_H

#include "core/span.h"
#include "data/value.h"

#include <stdbool.h>
#include <stddef.h>

struct value_test;

enum value_answer {
	VALUE_OTHER_KIND, /* values of different kinds never match, not even for ne */
	VALUE_FAILS,
	VALUE_HOLDS,
};

/* An operator; operators.c has a row for each. */
struct value_operator {
	const char *name;
	bool (*prepare)(struct value_test *t, const struct span *asked, size_t count);
	enum value_answer (*answer)(const struct value_test *t, const struct value *v,
				    struct value_scratch *scratch);
	/* Of several conditions with this operator on one field, one must hold. Otherwise all
	 * must. */
	bool selects;
	bool of_each; /* an array matches if each of its elements does, not if one does */
	bool at_end;  /* has_part looks there */
	bool less, equal, greater; /* the orders for which is_ordered holds */
};

/* NULL: there is no such operator. */
const struct value_operator *value_operator_find(struct span name);

/* An operator, and one text or several alternatives that are asked for. */
struct value_test {
	const struct value_operator *operation;
	/* eq, in: the numbers and the texts, each sorted. Else `texts` has what is asked for, in
	 * lower case if case does not count. */
	struct value *numbers, *texts;
	size_t number_count, text_count;
	bool has[VALUE_MISSING]; /* eq, in: true, false, null are asked for */
	size_t longest;          /* contains: of the texts */
};

/* `asked` are alternatives, of at most VALUE_PART_MAX_BYTES each, which live as long as the test;
 * an operator that does not select has one. false: no memory. */
bool value_test_init(struct value_test *t, const struct value_operator *operation,
		     const struct span *asked, size_t count);
void value_test_free(struct value_test *t);

/* Takes time proportional to the length of the value and to the logarithm of a list's length. */
enum value_answer value_answer(const struct value_test *t, const struct value *v,
			       struct value_scratch *scratch);

/* Whether a text contains what a test of `contains` asks for, in time proportional to its
 * length. */
bool value_text_contains(const struct value_test *t, struct span text,
			 struct value_scratch *scratch);

#endif
