/* heap: the first 24 KiB of memory come from one array in the data of the program.
 *
 * A CGI request needs less. The hardened allocator of the C library would cost more than the rest
 * of the request: it maps each size class separately, with a page fault of 1 to 2 µs and two system
 * calls. It provides what does not fit here, including nearly all memory of a resident worker.
 *
 * In static builds the linker sends the programs' calls of malloc, calloc, realloc and free to this
 * module (--wrap in the Makefile), which therefore has no header. It works for one thread only. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *block);

enum { POOL_BYTES = 24576, ALIGN = 16 };

/* A block is its size and its bytes. A freed block is used again only if it is the last one.
 *
 * The linker puts common data behind all other, so the variables of the program and the beginning
 * of the pool share a page. */
__attribute__((common)) _Alignas(ALIGN) unsigned char heap_pool[POOL_BYTES];
static size_t used, most_used;

static int in_pool(const void *block)
{
	return (uintptr_t)block - (uintptr_t)heap_pool < POOL_BYTES;
}

static size_t size_of(const void *block)
{
	size_t size;

	memcpy(&size, (const unsigned char *)block - ALIGN, sizeof size);
	return size;
}

/* Returns how many bytes a block takes, with its size; 0: too many. A block of size 0 takes one
 * byte, so that its address is within the pool too. */
static size_t room_for(size_t size)
{
	size += size == 0;
	return size <= POOL_BYTES ? ALIGN + (size + ALIGN - 1) / ALIGN * ALIGN : 0;
}

static int is_last(const void *block)
{
	return (const unsigned char *)block - ALIGN + room_for(size_of(block)) == heap_pool + used;
}

static void use_up_to(size_t end)
{
	used = end;
	if (most_used < end)
		most_used = end;
}

void *__wrap_malloc(size_t size)
{
	size_t room = room_for(size);

	if (room == 0 || room > POOL_BYTES - used)
		return __real_malloc(size);
	unsigned char *block = heap_pool + used + ALIGN;
	memcpy(block - ALIGN, &size, sizeof size);
	use_up_to(used + room);
	return block;
}

void __wrap_free(void *block)
{
	if (!in_pool(block))
		__real_free(block);
	else if (is_last(block))
		used -= room_for(size_of(block));
}

void *__wrap_calloc(size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	size_t bytes = count * size, old = most_used;
	unsigned char *block = __wrap_malloc(bytes);
	if (block == NULL)
		return NULL;
	/* The C library may return bytes that were used before, and so may the pool, but only up to
	 * `old`. Behind it they are 0, and their pages need not be there yet. */
	if (in_pool(block)) {
		size_t at = (size_t)(block - heap_pool);
		bytes = at > old ? 0 : bytes < old - at ? bytes : old - at;
	}
	return memset(block, 0, bytes);
}

void *__wrap_realloc(void *old, size_t size)
{
	if (old == NULL)
		return __wrap_malloc(size);
	if (!in_pool(old))
		return __real_realloc(old, size);

	size_t old_size = size_of(old);
	if (is_last(old)) {
		size_t before = used - room_for(old_size), room = room_for(size);
		if (room != 0 && room <= POOL_BYTES - before) {
			memcpy((unsigned char *)old - ALIGN, &size, sizeof size);
			use_up_to(before + room);
			return old;
		}
	}
	void *block = __wrap_malloc(size);
	if (block == NULL)
		return NULL;
	memcpy(block, old, old_size < size ? old_size : size);
	__wrap_free(old);
	return block;
}
