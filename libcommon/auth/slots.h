/* slots: limits the number of password hashes that run at the same time, in all processes together,
 * to the number of processors.
 *
 * A slot is one semaphore of a System V set. It is taken with SEM_UNDO, so the kernel gives it back
 * when its holder dies in any way. It needs no file, so it works in an empty chroot. It needs no
 * set-up that could stop half-way: a semaphore begins at 0, and 0 means free. The set belongs to
 * the user that the programs run as (`ipcs -s` shows it). */
#ifndef SSA_SLOTS_H
#define SSA_SLOTS_H

/* A taken slot. It keeps the id of its set, because a set can be removed while a slot is held:
 * systemd removes the semaphores of users when they log out (RemoveIPC=). The next process then
 * makes a new set, and a slot of the old set does not belong to the new one. */
struct slot {
	int set, number;
};

enum slots_result {
	SLOTS_TAKEN,
	SLOTS_NONE,   /* all slots are taken */
	SLOTS_FAILED, /* the kernel has no System V semaphores for us: errno */
};

/* Takes a free slot and does not wait. */
enum slots_result slots_try(struct slot *slot);

/* Waits for a slot. If that takes too long, the request's deadline ends it. Never SLOTS_NONE. */
enum slots_result slots_wait(struct slot *slot);

void slots_release(const struct slot *slot);

#endif
