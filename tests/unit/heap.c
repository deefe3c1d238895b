/* heap.c, the memory of the static programs. The whole file is included here, because it has
 * no header. The memory that it does not have comes from the functions below, where the tests
 * can refuse it. */
#include "check.h"

#include <stdint.h>
#include <string.h>

#include "../../libcommon/core/heap.c"

enum { MOST_BYTES = 1 << 30 };
static bool dry; /* the C library has no memory */

void *__real_malloc(size_t size)
{
	return dry || size > MOST_BYTES ? NULL : malloc(size);
}

void *__real_realloc(void *old, size_t size)
{
	return dry || size > MOST_BYTES ? NULL : realloc(old, size);
}

void __real_free(void *block)
{
	free(block);
}

/* --- a walk ----------------------------------------------------------------------------------- */

enum { BLOCKS = 48, STEPS = 200000 };

struct block {
	unsigned char *at;
	size_t size;
	unsigned char mark;
};

static uint32_t random_state = 1;

/* The same numbers in each run. */
static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % limit;
}

static void fill(struct block *b, size_t from)
{
	for (size_t i = from; i < b->size; i++)
		b->at[i] = b->mark;
}

static bool is_whole(const struct block *b, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (b->at[i] != b->mark)
			return false;
	return true;
}

static size_t some_size(void)
{
	return 1 + random_below(random_below(8) == 0 ? 9000 : 200);
}

/* Blocks are allocated, resized and freed. No block may change another. */
static void walk(void)
{
	static struct block blocks[BLOCKS];
	bool aligned = true, whole = true, zero = true;

	for (int step = 0; step < STEPS; step++) {
		struct block *b = &blocks[random_below(BLOCKS)];
		size_t size = some_size(), old = b->size;
		if (b->at != NULL && random_below(2)) {
			whole = whole && is_whole(b, b->size);
			__wrap_free(b->at);
			*b = (struct block){0};
			continue;
		}
		bool fresh = b->at == NULL, cleared = fresh && random_below(2);
		b->at = cleared ? __wrap_calloc(1, size) : __wrap_realloc(b->at, size);
		b->size = size;
		aligned = aligned && b->at != NULL && (uintptr_t)b->at % 16 == 0;
		for (size_t i = 0; cleared && i < size; i++)
			zero = zero && b->at[i] == 0;
		if (fresh) {
			b->mark = (unsigned char)step;
			old = 0;
		} else {
			whole = whole && is_whole(b, old < size ? old : size);
		}
		fill(b, old < size ? old : size);
	}
	for (int i = 0; i < BLOCKS; i++) {
		whole = whole && (blocks[i].at == NULL || is_whole(&blocks[i], blocks[i].size));
		__wrap_free(blocks[i].at);
	}
	CHECK(aligned);
	CHECK(whole);
	CHECK(zero);
}

TEST(heap)
{
	/* The pool is used from the front, and the space of the last block is used again. */
	CHECK(used == 0);
	unsigned char *a = __wrap_malloc(10), *b = __wrap_malloc(0);
	CHECK(in_pool(a) && in_pool(b) && a != b);
	size_t before = used;
	b = __wrap_realloc(b, 100);
	CHECK(b != NULL && used > before);
	memset(b, 'b', 100);
	unsigned char *grown = __wrap_realloc(b, 200);
	CHECK(grown == b);
	CHECK(grown[0] == 'b' && grown[99] == 'b');
	__wrap_free(b);
	CHECK(used < before);

	/* A block that is not the last one moves. If the new size is smaller, only that
	 * much is copied. */
	memcpy(a, "0123456789", 10);
	b = __wrap_malloc(1);
	unsigned char *moved = __wrap_realloc(a, 4);
	CHECK(moved != a && in_pool(moved) && memcmp(moved, "0123", 4) == 0);

	/* A block that does not fit comes from the C library, and so does a block that
	 * outgrows the pool. */
	unsigned char *large = __wrap_malloc(POOL_BYTES);
	CHECK(large != NULL && !in_pool(large));
	memset(large, 'l', POOL_BYTES);
	large = __wrap_realloc(large, POOL_BYTES * 2);
	CHECK(large != NULL && large[POOL_BYTES - 1] == 'l');
	__wrap_free(large);
	moved = __wrap_realloc(moved, POOL_BYTES);
	CHECK(moved != NULL && !in_pool(moved) && memcmp(moved, "0123", 4) == 0);
	__wrap_free(moved);

	/* No memory has these sizes. */
	CHECK(__wrap_calloc(SIZE_MAX / 2 + 2, 2) == NULL);
	CHECK(__wrap_malloc(SIZE_MAX - 8) == NULL);
	CHECK(__wrap_realloc(b, SIZE_MAX - 8) == NULL);
	__wrap_free(NULL);

	/* There is no memory, and the block that could not grow still exists. */
	*b = 'b';
	dry = true;
	moved = __wrap_realloc(b, POOL_BYTES * 2);
	dry = false;
	CHECK(moved == NULL && *b == 'b');
	__wrap_free(b);

	walk();
}
