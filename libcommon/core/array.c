#include "core/array.h"

#include <stdint.h>
#include <stdlib.h>

void *array_grow(void *list, size_t count, size_t *capacity, size_t size)
{
	size_t more = *capacity ? *capacity * 2 : 16;

	if (count < *capacity)
		return list;
	if (more > SIZE_MAX / 2 / size)
		return NULL;
	list = realloc(list, more * size);
	if (list != NULL)
		*capacity = more;
	return list;
}
