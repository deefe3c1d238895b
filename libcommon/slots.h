/* slots: at most as many password hashes at a time as the host has processors, in all processes
 * together.
 *
 * A slot is one semaphore of a System V set, taken with SEM_UNDO: the kernel gives it back when its
 * holder dies, however that happens. It needs no file, so it works in an empty chroot, and no
 * set-up that could be left half done: a semaphore begins at 0, and 0 means free. The set belongs
 * to the user the programs run as (`ipcs -s` shows it). */
#ifndef SSA_SLOTS_H
#define SSA_SLOTS_H

enum {
	SLOTS_NONE = -1,   /* all are taken */
	SLOTS_FAILED = -2, /* the kernel has no System V semaphores for us: errno */
};

/* Takes a free slot, without waiting. The slot, or one of the values above. */
int slots_try(void);

/* Waits for a slot; the request's deadline ends a wait that takes too long. Never SLOTS_NONE. */
int slots_wait(void);

void slots_release(int slot);

#endif
