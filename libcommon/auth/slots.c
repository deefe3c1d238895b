#include "auth/slots.h"
#include "core/cgroup.h"
#include "core/clock.h"
#include "core/sizes.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

enum {
	SLOTS_MAX = HASHES_MAX,
	PARTS = 64,              /* of the memory */
	HASHES_KEY = 0x53534100, /* "SSA"; open_set mixes in the user's id */
	MEMORY_KEY = 0x53534180,
	MEMORY_WAIT_S = 2,
	MEASURE_AGAIN_MS = 1000,
};

static const unsigned long long rest_bytes = 8 << 20;

/* Counts words of 64 processors, since CPU_COUNT of musl looks at each of 1,024 bits. */
static unsigned processors(const struct cgroup *limits)
{
	uint64_t set[sizeof(cpu_set_t) / sizeof(uint64_t)] = {0};
	unsigned n = 0;

	if (sched_getaffinity(0, sizeof set, (cpu_set_t *)(void *)set) == 0)
		for (size_t i = 0; i < sizeof set / sizeof set[0]; i++)
			n += (unsigned)__builtin_popcountll(set[i]);
	n = n < 1 ? 1 : n > SLOTS_MAX ? SLOTS_MAX : n;
	return limits->processors > 0 && limits->processors < n ? limits->processors : n;
}

void slots_measure(struct slots *s, unsigned hashes)
{
	struct cgroup limits;

	cgroup_read("", hashes > 0 ? CGROUP_MEMORY : CGROUP_MEMORY | CGROUP_PROCESSORS, &limits);
	s->hashes = hashes > 0 ? hashes : processors(&limits);
	s->memory_bytes = limits.memory_bytes;
	if (s->memory_bytes > 0) {
		unsigned long long rest = s->memory_bytes / 8 + rest_bytes;
		s->memory_bytes = s->memory_bytes > rest ? s->memory_bytes - rest : 1;
	}
}

void slots_measure_again(struct slots *s, unsigned hashes)
{
	if (s->hashes > 0) { /* most processes need no clock: they measure once */
		long long now_ms = clock_ms();
		if (now_ms - s->measured_ms < MEASURE_AGAIN_MS)
			return;
		s->measured_ms = now_ms;
	}
	slots_measure(s, hashes);
}

static int open_set(int key, int count)
{
	return semget((key_t)(key ^ (int)geteuid()), count, IPC_CREAT | 0600);
}

/* The kernel does all operations as one step: wait until the semaphores are 0, then set them to 1.
 * `limit` NULL: waits without end. */
static int occupy(const struct slot *slot, short flags, const struct timespec *limit)
{
	struct sembuf step[2 * PARTS];
	size_t steps = 0;

	for (int i = slot->number; i < slot->number + slot->count; i++) {
		step[steps++] = (struct sembuf){.sem_num = (unsigned short)i, .sem_flg = flags};
		step[steps++] = (struct sembuf){.sem_num = (unsigned short)i,
						.sem_op = 1,
						.sem_flg = (short)(flags | SEM_UNDO)};
	}
	return semtimedop(slot->set, step, steps, limit);
}

/* Tries all places of so many neighbours. Processes with neighbouring ids begin at different
 * places, so that they seldom try the same one. */
static enum slots_result try_places(struct slot *slot, int places)
{
	if (slot->set < 0)
		return SLOTS_FAILED;
	for (int i = 0; i < places; i++) {
		slot->number = (getpid() + i) % places * slot->count;
		if (occupy(slot, IPC_NOWAIT, NULL) == 0)
			return SLOTS_TAKEN;
		if (errno != EAGAIN)
			return SLOTS_FAILED;
	}
	return SLOTS_NONE;
}

enum slots_result slots_try(const struct slots *s, struct slot *slot)
{
	slot->count = 1;
	slot->set = open_set(HASHES_KEY, SLOTS_MAX);
	return try_places(slot, (int)s->hashes);
}

enum slots_result slots_wait(const struct slots *s, struct slot *slot)
{
	slot->count = 1;
	slot->number = getpid() % (int)s->hashes;
	for (;;) {
		slot->set = open_set(HASHES_KEY, SLOTS_MAX);
		if (slot->set < 0)
			return SLOTS_FAILED;
		if (occupy(slot, 0, NULL) == 0)
			return SLOTS_TAKEN;
		/* EIDRM and EINVAL mean that the set was removed meanwhile. */
		if (errno != EINTR && errno != EIDRM && errno != EINVAL)
			return SLOTS_FAILED;
	}
}

/* The number of parts of the memory that a hash needs. */
static unsigned long long parts_of(const struct slots *s, unsigned long kib)
{
	unsigned long long part = (s->memory_bytes + PARTS - 1) / PARTS;

	return (kib * 1024ULL + part - 1) / part;
}

enum slots_result slots_take_memory(const struct slots *s, unsigned long kib, struct slot *slot)
{
	slot->count = 0;
	if (s->memory_bytes == 0 || kib == 0)
		return SLOTS_TAKEN;
	unsigned long long parts = parts_of(s, kib);
	if (parts > PARTS)
		return SLOTS_NONE;
	slot->count = (int)parts;
	slot->set = open_set(MEMORY_KEY, PARTS);
	int places = PARTS / slot->count;
	enum slots_result result = try_places(slot, places);
	if (result == SLOTS_NONE) {
		slot->number = getpid() % places * slot->count;
		if (occupy(slot, 0, &(struct timespec){.tv_sec = MEMORY_WAIT_S}) == 0)
			result = SLOTS_TAKEN;
	}
	return result;
}

void slots_release(const struct slot *slot)
{
	struct sembuf step[PARTS];

	for (int i = 0; i < slot->count; i++)
		step[i] = (struct sembuf){.sem_num = (unsigned short)(slot->number + i),
					  .sem_op = -1,
					  .sem_flg = SEM_UNDO | IPC_NOWAIT};
	if (slot->count > 0)
		semop(slot->set, step, (size_t)slot->count);
}

const char *slots_fault(const struct slots *s, unsigned long kib, char words[static SLOTS_WHY_SIZE])
{
	if (open_set(HASHES_KEY, SLOTS_MAX) < 0)
		snprintf(words, SLOTS_WHY_SIZE, "no System V semaphores for hashing slots");
	else if (s->memory_bytes > 0 && parts_of(s, kib) > PARTS)
		snprintf(words, SLOTS_WHY_SIZE,
			 "a password hash needs %zu MiB, and the limit of memory leaves %zu MiB",
			 (size_t)(kib + 1023) / 1024, (size_t)(s->memory_bytes >> 20));
	else
		return NULL;
	return words;
}
