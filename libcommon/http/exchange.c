#include "http/exchange.h"

#include <stdatomic.h>

void hand_add(struct hand *h, struct exchange *x)
{
	x->next = NULL;
	x->previous = h->last;
	atomic_signal_fence(memory_order_release);
	*(h->last != NULL ? &h->last->next : &h->first) = x;
	h->last = x;
	h->count++;
}

void hand_remove(struct hand *h, struct exchange *x)
{
	*(x->previous != NULL ? &x->previous->next : &h->first) = x->next;
	atomic_signal_fence(memory_order_release);
	*(x->next != NULL ? &x->next->previous : &h->last) = x->previous;
	h->count--;
}
