#include "auth/slots.h"

#include <errno.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

enum { SLOTS_MAX = 64, KEY = 0x53534100 /* "SSA"; open_set mixes in the user's id */ };

static int processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > SLOTS_MAX ? SLOTS_MAX : (int)n;
}

static int open_set(void)
{
	return semget(KEY ^ (key_t)geteuid(), SLOTS_MAX, IPC_CREAT | 0600);
}

/* The kernel does both operations as one step: wait until the semaphore is 0, then set it to 1. */
static int take(const struct slot *slot, short flags)
{
	struct sembuf step[2] = {
	    {.sem_num = (unsigned short)slot->number, .sem_op = 0, .sem_flg = flags},
	    {.sem_num = (unsigned short)slot->number,
	     .sem_op = 1,
	     .sem_flg = (short)(flags | SEM_UNDO)},
	};

	return semop(slot->set, step, 2);
}

enum slots_result slots_try(struct slot *slot)
{
	int count = processors();

	slot->set = open_set();
	if (slot->set < 0)
		return SLOTS_FAILED;
	for (int i = 0; i < count; i++) {
		/* Processes with neighbouring ids begin at different slots, so that they seldom try
		 * the same one. */
		slot->number = (getpid() + i) % count;
		if (take(slot, IPC_NOWAIT) == 0)
			return SLOTS_TAKEN;
		if (errno != EAGAIN)
			return SLOTS_FAILED;
	}
	return SLOTS_NONE;
}

enum slots_result slots_wait(struct slot *slot)
{
	slot->number = getpid() % processors();
	for (;;) {
		slot->set = open_set();
		if (slot->set < 0)
			return SLOTS_FAILED;
		if (take(slot, 0) == 0)
			return SLOTS_TAKEN;
		/* EIDRM and EINVAL mean that the set was removed meanwhile. */
		if (errno != EINTR && errno != EIDRM && errno != EINVAL)
			return SLOTS_FAILED;
	}
}

void slots_release(const struct slot *slot)
{
	struct sembuf step = {.sem_num = (unsigned short)slot->number,
			      .sem_op = -1,
			      .sem_flg = SEM_UNDO | IPC_NOWAIT};

	semop(slot->set, &step, 1);
}
