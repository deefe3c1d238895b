/* slots: limits the password hashes that run at the same time, in all processes together: their
 * number (SSA_HASHES), and their memory, where a control group limits it.
 *
 * A slot is one semaphore of a System V set. It is taken with SEM_UNDO, so the kernel gives it back
 * when its holder dies in any way. It needs no file, so it works in an empty chroot. It needs no
 * set-up that could stop half-way: a semaphore begins at 0, and 0 means free. The sets belong to
 * the user that the programs run as (`ipcs -s` shows them). */
#ifndef SSA_SLOTS_H
#define SSA_SLOTS_H

#include <stdbool.h>

/* Taken slots, which are neighbours. They keep the id of their set, because a set can be removed
 * while a slot is held: systemd removes the semaphores of users when they log out (RemoveIPC=). The
 * next process then makes a new set, and a slot of the old set does not belong to the new one. */
struct slot {
	int set, number, count;
};

enum slots_result {
	SLOTS_TAKEN,
	SLOTS_NONE,   /* all slots are taken */
	SLOTS_FAILED, /* the kernel has no System V semaphores for us: errno */
};

/* What the hashes of this service may use. */
struct slots {
	unsigned hashes;                 /* at a time */
	unsigned long long memory_bytes; /* of all hashes together; 0: no limit */
	long long measured_ms;           /* the time of slots_measure_again */
};

/* hashes: SSA_HASHES; 0: the processors that this process may use, also by the quota of its control
 * group. An eighth of a memory limit, and 8 MiB, are left to the rest of the service. */
void slots_measure(struct slots *s, unsigned hashes);

/* The same for a process that asks again and again: it measures once a second. All zero: never
 * measured. */
void slots_measure_again(struct slots *s, unsigned hashes);

/* Takes a free slot and does not wait. */
enum slots_result slots_try(const struct slots *s, struct slot *slot);

/* Waits for a slot. If that takes too long, the request's deadline ends it. Never SLOTS_NONE. */
enum slots_result slots_wait(const struct slots *s, struct slot *slot);

/* Takes the memory of a hash, which is another kind of slot, and waits at most 2 s. The caller
 * holds a hashing slot already, so nobody waits in a circle. SLOTS_NONE: no memory became free in
 * time, or it never can (slots_fault). Without a limit nothing is taken, and slot->count is 0. */
enum slots_result slots_take_memory(const struct slots *s, unsigned long kib, struct slot *slot);

void slots_release(const struct slot *slot);

/* Why a hash that needs so many KiB can never be computed here, in words. NULL: it can be. */
enum { SLOTS_WHY_SIZE = 120 };
const char *slots_fault(const struct slots *s, unsigned long kib,
			char words[static SLOTS_WHY_SIZE]);

#endif
