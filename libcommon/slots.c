#include "slots.h"

#include <errno.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

enum { SLOTS_MAX = 64, KEY = 0x53534100 /* "SSA", then the user's last byte */ };

static int processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > SLOTS_MAX ? SLOTS_MAX : (int)n;
}

static int open_set(void)
{
	return semget(KEY ^ (key_t)geteuid(), SLOTS_MAX, IPC_CREAT | 0600);
}

/* "Wait until it is 0, then make it 1" is one step to the kernel. */
static int take(int set, int slot, short flags)
{
	struct sembuf step[2] = {
	    {.sem_num = (unsigned short)slot, .sem_op = 0, .sem_flg = flags},
	    {.sem_num = (unsigned short)slot, .sem_op = 1, .sem_flg = (short)(flags | SEM_UNDO)},
	};

	return semop(set, step, 2);
}

int slots_try(void)
{
	int set = open_set(), count = processors();

	if (set < 0)
		return SLOTS_FAILED;
	for (int i = 0; i < count; i++) {
		/* Neighbours begin at different slots, so that they seldom collide. */
		int slot = (getpid() + i) % count;
		if (take(set, slot, IPC_NOWAIT) == 0)
			return slot;
		if (errno != EAGAIN)
			return SLOTS_FAILED;
	}
	return SLOTS_NONE;
}

int slots_wait(void)
{
	for (;;) {
		int set = open_set(), slot = getpid() % processors();
		if (set < 0)
			return SLOTS_FAILED;
		if (take(set, slot, 0) == 0)
			return slot;
		/* EIDRM: systemd removes a user's semaphores when he logs out (RemoveIPC=). */
		if (errno != EINTR && errno != EIDRM)
			return SLOTS_FAILED;
	}
}

void slots_release(int slot)
{
	struct sembuf step = {
	    .sem_num = (unsigned short)slot, .sem_op = -1, .sem_flg = SEM_UNDO | IPC_NOWAIT};

	semop(open_set(), &step, 1);
}
