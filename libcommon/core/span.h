/* span: a part of a text that belongs to someone else, without a NUL at its end. */
#ifndef SSA_SPAN_H
#define SSA_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *at;
	size_t len;
};

static inline struct span span_of(const char *string)
{
	return (struct span){string, strlen(string)};
}

/* Whether two texts are equal. It is inline for the loops over all members of all records. */
static inline bool span_is(struct span span, const char *text, size_t len)
{
	return span.len == len && memcmp(span.at, text, len) == 0;
}

/* Takes a prefix off the front of a text. false: the text does not begin with it. */
bool span_take(struct span *text, const char *prefix);

/* Orders by bytes, and a shorter text before a longer one that begins with it: returns less than, 0
 * or more than 0. */
int span_order(struct span a, struct span b);

/* Returns the text without these characters at its ends. */
struct span span_trim(struct span text, const char *characters);

/* Returns the FNV-1a hash (http://www.isthe.com/chongo/tech/comp/fnv/). */
uint32_t span_hash(struct span text);

/* Takes the next item off the front of a list. An item may be empty; n separators make n + 1 items.
 * false: there are no more. With the last item, list->at becomes NULL. */
bool span_next(struct span *list, char separator, struct span *item);

#endif
