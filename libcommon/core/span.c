#include "core/span.h"

bool span_next(struct span *list, char separator, struct span *item)
{
	if (list->at == NULL)
		return false;
	const char *end = memchr(list->at, separator, list->len);
	item->at = list->at;
	item->len = end != NULL ? (size_t)(end - list->at) : list->len;
	*list = end != NULL ? (struct span){end + 1, list->len - item->len - 1}
			    : (struct span){NULL, 0};
	return true;
}
