/* exchange: the requests in hand, as a chain in both directions. */
#include "http/exchange.h"
#include "check.h"

static struct exchange x[3];

/* Whether the hand has exactly these, the oldest first. The list ends with NULL. */
static bool has(const struct hand *h, const struct exchange *const *wanted)
{
	const struct exchange *before = NULL;
	unsigned count = 0;

	for (const struct exchange *at = h->first; at != NULL; before = at, at = at->next, count++)
		if (at != wanted[count] || at->previous != before)
			return false;
	return wanted[count] == NULL && h->last == before && h->count == count;
}

#define HAS(...) has(&h, (const struct exchange *const[]){__VA_ARGS__, NULL})

/* Removes one of three, and adds it again. */
TEST(hand)
{
	for (int removed = 0; removed < 3; removed++) {
		struct hand h = {0};
		for (int i = 0; i < 3; i++)
			hand_add(&h, &x[i]);
		CHECK(HAS(&x[0], &x[1], &x[2]));
		int a = removed == 0 ? 1 : 0, b = removed == 2 ? 1 : 2;
		hand_remove(&h, &x[removed]);
		CHECK(HAS(&x[a], &x[b]));
		hand_add(&h, &x[removed]);
		CHECK(HAS(&x[a], &x[b], &x[removed]));
		for (int i = 0; i < 3; i++)
			hand_remove(&h, &x[i]);
		CHECK(h.first == NULL && h.last == NULL && h.count == 0);
	}
}
