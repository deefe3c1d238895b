#include "data/published.h"
#include "core/text.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

/* The value names the newest text. Its upper half counts the publications, so that each value is
 * new; its lower half is the id of the segment; 0, as in a new segment: there is no text. A process
 * that publishes replaces the value that it saw before it read the file, and fails if the value has
 * changed. An older version therefore never follows a newer one. */
struct published_newest {
	_Atomic uint64_t value;
};
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share the value without a lock");

/* The last process is about to remove the segment. Whoever finds this looks for another. */
static const uint64_t removed = UINT64_MAX;

enum { OPEN_TRIES = 3, NO_SEGMENT = -1 };

static int id_of(uint64_t value)
{
	return (int)(uint32_t)value;
}

/* The count starts again before the value could become `removed`. */
static uint64_t value_after(uint64_t value, int id)
{
	uint64_t count = (value >> 32) % INT32_MAX + 1;

	return count << 32 | (uint32_t)id;
}

/* Attaches a segment of this user that has at least `least` bytes; *size is its size. NULL: no
 * such segment. */
static void *attach(int id, size_t least, int flags, size_t *size)
{
	struct shmid_ds is;

	if (shmctl(id, IPC_STAT, &is) != 0 || is.shm_perm.uid != geteuid() ||
	    is.shm_perm.cuid != geteuid() || (is.shm_perm.mode & 077) != 0 || is.shm_segsz < least)
		return NULL;
	*size = is.shm_segsz;
	void *at = shmat(id, NULL, flags);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): shmat returns this pointer on an error */
	return at == (void *)-1 ? NULL : at;
}

/* Makes a key of 32 bits from the digest. Two files that share a key only disturb each other. */
static key_t key_of(const struct published *p)
{
	key_t key = (key_t)span_hash(span_of(p->file));

	return key != IPC_PRIVATE ? key : 1;
}

static bool open_newest(struct published *p)
{
	size_t size;

	for (int i = 0; i < OPEN_TRIES; i++) {
		if (p->newest == NULL) {
			p->newest_id = shmget(key_of(p), sizeof *p->newest, IPC_CREAT | 0600);
			p->newest = p->newest_id < 0
					? NULL
					: attach(p->newest_id, sizeof *p->newest, 0, &size);
		}
		if (p->newest == NULL)
			return false;
		if (atomic_load(&p->newest->value) != removed)
			return true;
		/* The process that was about to remove it may have been killed before it did. */
		shmctl(p->newest_id, IPC_RMID, NULL);
		shmdt(p->newest);
		p->newest = NULL;
	}
	return false;
}

/* In another chroot, the same path is another file; a relative path also depends on the working
 * folder. */
void published_open(struct published *p, const char *path)
{
	char digits[4][TEXT_DECIMAL_SIZE];
	struct stat root = {0}, here = {0};

	stat("/", &root);
	if (path[0] != '/')
		stat(".", &here);
	crypto_digest(p->file, NULL, "published", path,
		      text_decimal(digits[0], (long long)root.st_dev),
		      text_decimal(digits[1], (long long)root.st_ino),
		      text_decimal(digits[2], (long long)here.st_dev),
		      text_decimal(digits[3], (long long)here.st_ino), NULL);
	p->newest = NULL;
	p->held = 0;
}

void published_close(struct published *p)
{
	struct shmid_ds is;

	if (p->newest == NULL)
		return;
	uint64_t value = atomic_load(&p->newest->value);
	/* A process that attaches now publishes first, or sees that it is removed. */
	if (value != removed && shmctl(p->newest_id, IPC_STAT, &is) == 0 && is.shm_nattch == 1 &&
	    atomic_compare_exchange_strong(&p->newest->value, &value, removed))
		shmctl(p->newest_id, IPC_RMID, NULL);
	shmdt(p->newest);
	p->newest = NULL;
}

uint64_t published_ask(struct published *p)
{
	return open_newest(p) ? atomic_load(&p->newest->value) : 0;
}

/* Attaches the text of a publication. NULL: no process is attached to it any more. */
static const struct published_text *attach_text(const struct published *p, uint64_t value)
{
	struct published_text *text;
	size_t size;

	if (value == 0)
		return NULL;
	text = attach(id_of(value), sizeof *text, SHM_RDONLY, &size);
	/* The id may belong to a segment of another file by now. */
	if (text == NULL || (memcmp(text->file, p->file, sizeof text->file) == 0 &&
			     text->len <= size - sizeof *text))
		return text;
	published_release(text);
	return NULL;
}

/* Makes a segment with the text, which the caller publishes by *id. NULL: no shared memory. */
static const struct published_text *make(const struct published *p, const char *text, size_t len,
					 int *id)
{
	struct published_text *made;
	size_t size = sizeof *made + len;

	*id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	if (*id < 0)
		return NULL;
	made = attach(*id, size, 0, &size);
	shmctl(*id, IPC_RMID, NULL); /* removes it when no process is attached any more */
	if (made == NULL)
		return NULL;
	memcpy(made->file, p->file, sizeof made->file);
	made->len = len;
	memcpy(made->text, text, len);
	return made;
}

enum published_result published_put(struct published *p, uint64_t before, const char *text,
				    size_t len, const struct published_text **out)
{
	uint64_t now = published_ask(p);
	int id;

	if (p->newest == NULL)
		return PUBLISHED_NONE;
	*out = attach_text(p, now);
	if (*out != NULL && (*out)->len == len && memcmp((*out)->text, text, len) == 0) {
		p->held = now;
		return PUBLISHED_FINE;
	}
	published_release(*out);
	*out = make(p, text, len, &id);
	/* Without memory for this version, the older one must not stay the newest. */
	now = value_after(before, *out != NULL ? id : NO_SEGMENT);
	if (!atomic_compare_exchange_strong(&p->newest->value, &before, now)) {
		published_release(*out);
		return PUBLISHED_OUTDATED;
	}
	if (*out == NULL)
		return PUBLISHED_NONE;
	p->held = now;
	return PUBLISHED_FINE;
}

bool published_holds_newest(struct published *p)
{
	return p->held != 0 && published_ask(p) == p->held;
}

const struct published_text *published_get(struct published *p)
{
	uint64_t value = published_ask(p);
	const struct published_text *text = attach_text(p, value);

	if (text != NULL)
		p->held = value;
	return text;
}

void published_release(const struct published_text *text)
{
	if (text != NULL)
		shmdt(text);
}
