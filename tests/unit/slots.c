/* slots: never more are taken than there are, and a killed process gives its slot back. Other
 * programs of this host may hold slots at the same time, so the tests do not require that the
 * first attempt succeeds. */
#include "auth/slots.h"
#include "check.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct shared {
	atomic_int now, most, rounds, faults, taken;
} * shared;

static struct slots limits;

static void pause_us(long us)
{
	nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

static int processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 64 ? (int)n : 64;
}

static void hold(int slot)
{
	int now = atomic_fetch_add(&shared->now, 1) + 1, most = atomic_load(&shared->most);

	if (slot < 0 || slot >= processors())
		atomic_fetch_add(&shared->faults, 1);
	while (now > most && !atomic_compare_exchange_weak(&shared->most, &most, now))
		;
	pause_us(300);
	atomic_fetch_sub(&shared->now, 1);
}

TEST(begin)
{
	shared =
	    mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		exit(EXIT_FAILURE);
	slots_measure(&limits, 1);
	CHECK(limits.hashes == 1);
	slots_measure(&limits, 0);
	CHECK(limits.hashes >= 1 && (int)limits.hashes <= processors());
	limits.hashes = (unsigned)processors();
}

/* Many processes take slots again and again, in both ways. */
TEST(never_more)
{
	int count = processors() * 4;

	for (int i = 0; i < count; i++)
		if (fork() == 0) {
			for (int round = 0; round < 40; round++) {
				struct slot slot;
				if ((round % 2 ? slots_try(&limits, &slot)
					       : slots_wait(&limits, &slot)) == SLOTS_NONE)
					continue;
				hold(slot.number);
				slots_release(&slot);
				atomic_fetch_add(&shared->rounds, 1);
			}
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	CHECK(shared->faults == 0);
	CHECK(shared->most >= 1 && shared->most <= processors());
	CHECK(shared->rounds >= count * 20);
}

/* Takes as many slots as are free at some moment within two seconds. */
static int take_all(struct slot *slots)
{
	int count = 0;

	for (int i = 0; i < 20000 && count < processors(); i++) {
		if (slots_try(&limits, &slots[count]) == SLOTS_TAKEN)
			count++;
		else
			pause_us(100);
	}
	return count;
}

TEST(killed)
{
	struct slot slots[64], one;
	pid_t child = fork();

	if (child == 0) {
		atomic_store(&shared->taken, take_all(slots));
		/* The parent kills this process. */
		for (;;)
			pause();
	}
	for (int i = 0; i < 5000 && atomic_load(&shared->taken) == 0; i++)
		pause_us(1000);
	CHECK(shared->taken == processors());
	CHECK(slots_try(&limits, &one) == SLOTS_NONE);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	/* All slots can be taken again, each of them once. */
	CHECK(take_all(slots) == processors());
	CHECK(slots_try(&limits, &one) == SLOTS_NONE);
	for (int i = 0; i < processors(); i++) {
		for (int k = 0; k < i; k++)
			CHECK(slots[i].number != slots[k].number);
		slots_release(&slots[i]);
	}
	/* A process can wait for a slot, and gets one that was given back. */
	CHECK(slots_wait(&limits, &one) == SLOTS_TAKEN);
	slots_release(&one);
}

/* The set is removed while one of its slots is held. Giving that slot back does not change
 * the new set. */
TEST(removed)
{
	struct slot old, slots[64], one;

	CHECK(slots_try(&limits, &old) == SLOTS_TAKEN);
	CHECK(semctl(old.set, 0, IPC_RMID) == 0);
	CHECK(take_all(slots) == processors());
	slots_release(&old);
	CHECK(slots_try(&limits, &one) == SLOTS_NONE);
	for (int i = 0; i < processors(); i++)
		slots_release(&slots[i]);
	CHECK(take_all(slots) == processors());
	for (int i = 0; i < processors(); i++)
		slots_release(&slots[i]);
}

/* Hashes take their memory before they begin, and a killed process gives it back. */
TEST(memory)
{
	const struct slots s = {.hashes = 8, .memory_bytes = 64 << 20}, none = {.hashes = 8};
	char words[SLOTS_WHY_SIZE];
	struct slot a, b, c;
	pid_t child;

	CHECK(slots_take_memory(&s, 0, &a) == SLOTS_TAKEN && a.count == 0);
	slots_release(&a);
	CHECK(slots_take_memory(&none, 1 << 30, &a) == SLOTS_TAKEN && a.count == 0);
	CHECK(slots_fault(&none, 1 << 30, words) == NULL);
	CHECK(slots_fault(&s, 65536, words) == NULL);
	CHECK(slots_fault(&s, 65537, words) == words);
	CHECK(strcmp(words,
		     "a password hash needs 65 MiB, and the limit of memory leaves 64 MiB") == 0);
	CHECK(slots_take_memory(&s, 65537, &a) == SLOTS_NONE);
	/* Three hashes of 19 MiB fit, and their parts are different ones. */
	CHECK(slots_take_memory(&s, 19456, &a) == SLOTS_TAKEN);
	CHECK(slots_take_memory(&s, 19456, &b) == SLOTS_TAKEN);
	CHECK(slots_take_memory(&s, 19456, &c) == SLOTS_TAKEN);
	CHECK(a.count == 19 && a.number != b.number && b.number != c.number &&
	      a.number != c.number);
	slots_release(&a);
	slots_release(&b);
	slots_release(&c);

	atomic_store(&shared->taken, 0);
	child = fork();
	if (child == 0) {
		CHECK(slots_take_memory(&s, 40960, &a) == SLOTS_TAKEN);
		atomic_store(&shared->taken, 1);
		for (;;)
			pause();
	}
	for (int i = 0; i < 5000 && atomic_load(&shared->taken) == 0; i++)
		pause_us(1000);
	CHECK(slots_take_memory(&s, 20480, &b) == SLOTS_TAKEN); /* the memory is enough for both */
	slots_release(&b);
	kill(child, SIGKILL);
	CHECK(slots_take_memory(&s, 65536, &b) == SLOTS_TAKEN); /* waits for its end */
	waitpid(child, NULL, 0);
	slots_release(&b);
}
