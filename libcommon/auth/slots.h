/* slots: at most as many password hashes at a time as the host has processors, in all processes
 * together.
 *
 * A slot is one semaphore of a System V set, taken with SEM_UNDO: the kernel gives it back when its
 * holder dies, however that happens. It needs no file, so it works in an empty chroot, and no
 * set-up that could be left half done: a semaphore begins at 0, and 0 means free. The set belongs
 * to the user the programs run as (`ipcs -s` shows it). */
#ifndef SSA_SLOTS_H
#define SSA_SLOTS_H

/* A taken slot. It remembers its set: one that is removed while a slot is held (systemd does that to a user's semaphores
 * when he logs out, RemoveIPC=) is made anew by the next, and a slot of the old one is none of the new. */
struct slot {
	int set, number;
};

enum slots_result {
	SLOTS_TAKEN,
	SLOTS_NONE,   /* all are taken */
	SLOTS_FAILED, /* the kernel has no System V semaphores for us: errno */
};

/* Takes a free slot, without waiting. */
enum slots_result slots_try(struct slot *slot);

/* Waits for a slot; the request's deadline ends a wait that takes too long. Never SLOTS_NONE. */
enum slots_result slots_wait(struct slot *slot);

void slots_release(const struct slot *slot);

#endif
