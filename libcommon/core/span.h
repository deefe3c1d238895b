/* span: a piece of a text that belongs to someone else. It has no NUL at its end. */
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

/* The span of a whole string. */
static inline struct span span_of(const char *string)
{
	return (struct span){string, strlen(string)};
}

/* Whether two texts have the same bytes. It stands here so that the compiler can put it into the
 * loops over all members of all records. */
static inline bool span_is(struct span span, const char *text, size_t len)
{
	return span.len == len && memcmp(span.at, text, len) == 0;
}

/* Orders by bytes; a text that another one begins with comes before it. Less than, equal to or more
 * than 0. */
int span_order(struct span a, struct span b);

/* Returns the text without these characters at its ends. */
struct span span_trim(struct span text, const char *characters);

/* Returns the FNV-1a hash (http://www.isthe.com/chongo/tech/comp/fnv/). */
uint32_t span_hash(struct span text);

/* Takes the next item of a list with separators off its front. Between two separators, and before
 * or behind one, there is an item, which may be empty. false: the last item was taken already;
 * list->at is NULL then. */
bool span_next(struct span *list, char separator, struct span *item);

#endif
