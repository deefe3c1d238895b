/* array: a list that grows. */
#ifndef SSA_ARRAY_H
#define SSA_ARRAY_H

#include <stddef.h>

/* Makes room for one more element of `size` bytes behind the first `count`. Returns the list, which
 * may have moved. NULL: no memory, and the old list is still there. The first list is NULL, of
 * capacity 0. */
void *array_grow(void *list, size_t count, size_t *capacity, size_t size);

#endif
