#include "http/batch.h"
#include "http/connection.h"

enum { LEAST_MS = 500 }; /* a request that has less time left gets its 503 */

void batch_choose(struct batch *b, const struct hand *h, unsigned most, bool only_refusals,
		  long long now_ms)
{
	struct exchange *queries[BATCH_MAX];
	unsigned query_count = 0;

	b->count = b->left = 0;
	for (struct exchange *x = h->first; x != NULL; x = x->next) {
		if (connection_of(x)->state != CONNECTION_WAITING)
			continue;
		if (x->operation != NULL && x->due_ms - now_ms < LEAST_MS) {
			reply_refuse(&x->reply, RESULT_UNAVAILABLE, "waited too long");
			x->operation = NULL;
		}
		if (x->operation != NULL && only_refusals) {
			b->left++;
			continue;
		}
		if (most > 1 && exchange_has_query(x))
			queries[query_count < most ? query_count++ : most - 1] = x;
		else if (b->count < most)
			b->list[b->count++] = x;
		else
			b->left++;
	}
	if (query_count > 0 && b->count == most) {
		b->count--;
		b->left++;
	}
	for (unsigned i = 0; i < query_count && b->count < most; i++)
		b->list[b->count++] = queries[i];
}
