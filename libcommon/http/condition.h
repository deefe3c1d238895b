/* condition: the name of a query parameter that compares a field, in the grammar of json-server:
 * cpus, cpus:gte (1.0), cpus_gte (0.17), cpus[gte], and with [] or [0] behind it, as some clients
 * write a name that they send several times. */
#ifndef SSA_CONDITION_H
#define SSA_CONDITION_H

#include "data/selection.h"

#include <stdbool.h>

/* Removes brackets from the end of a name. *word gets the operator in them, such as the gte of
 * cpus[gte]; at NULL: no operator. false: other brackets. */
bool condition_take_brackets(struct span *name, struct span *word);

/* Reads a name without brackets into *c, except the value. Returns NULL, or what is wrong, perhaps
 * in `words`. */
enum { CONDITION_WORDS_SIZE = 80 };
const char *condition_read(struct span name, struct span word, struct selection_condition *c,
			   char words[static CONDITION_WORDS_SIZE]);

#endif
