/* published: one last good text for several processes. */
#include "data/published.h"
#include "check.h"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64]; /* has the pid, so that another run of this test uses another one */

/* Publishes a text, which is held until it is released. */
static const struct published_text *publish(struct published *p, const char *text)
{
	const struct published_text *held = NULL;

	CHECK_ROW(published_put(p, published_ask(p), text, strlen(text), &held) == PUBLISHED_FINE,
		  text);
	CHECK_BYTES(held->text, held->len, text, "held");
	return held;
}

/* Whether the newest text is this one. NULL: nothing is published. */
static void check_newest(struct published *p, const char *text)
{
	const struct published_text *out = published_get(p);

	CHECK_ROW((out == NULL) == (text == NULL), text);
	if (out != NULL)
		CHECK_BYTES(out->text, out->len, text, "newest");
	published_release(out);
}

/* Another process sees what one process publishes, as long as some process holds it. */
TEST(shared)
{
	struct published one, two;
	const struct published_text *held, *other = NULL;

	snprintf(path, sizeof path, "/published/%d", (int)getpid());
	published_open(&one, path);
	published_open(&two, path);
	CHECK(published_ask(&one) == 0 && !published_holds_newest(&one));
	check_newest(&one, NULL);
	held = publish(&one, "first");
	CHECK(published_holds_newest(&one) && !published_holds_newest(&two));
	check_newest(&two, "first");
	CHECK(published_holds_newest(&two));

	/* Publishing the same text again keeps the same segment. */
	uint64_t before = published_ask(&two);
	published_release(publish(&two, "first"));
	CHECK(published_ask(&two) == before);

	/* A process that asked before another one published is too late. */
	published_release(publish(&two, "second"));
	CHECK(!published_holds_newest(&one));
	CHECK(published_put(&one, before, "late", 4, &other) == PUBLISHED_OUTDATED);

	/* `second` was released by its only holder, so no process has it. The first text does
	 * not come back. */
	check_newest(&one, NULL);
	CHECK_BYTES(held->text, held->len, "first", "still held");
	published_release(held);

	/* An empty text is a text too. */
	held = publish(&one, "");
	check_newest(&two, "");
	published_release(held);
	published_close(&one);
	published_close(&two);
}

/* The last process that closes it removes everything. A process that comes later finds nothing. */
TEST(close)
{
	struct published one, two;
	const struct published_text *held;

	published_open(&one, path);
	published_open(&two, path);
	held = publish(&one, "x");
	CHECK(published_ask(&two) != 0);
	published_close(&two); /* it is not the last one */
	published_open(&two, path);
	check_newest(&two, "x");
	published_close(&two);
	published_release(held);
	published_close(&one);
	published_open(&one, path);
	CHECK(published_ask(&one) == 0);
	published_close(&one);
}

/* Another file has a publication of its own. */
TEST(files)
{
	struct published one, two;
	const struct published_text *held;

	published_open(&one, path);
	published_open(&two, "/another/file");
	held = publish(&one, "x");
	CHECK(published_ask(&two) == 0);
	check_newest(&two, NULL);
	published_release(held);
	published_close(&two);
	published_close(&one);
}

/* Many processes publish at the same time. The newest text was published by one of them, and each
 * process that was too late is told so. */
TEST(race)
{
	enum { PROCESSES = 8, ROUNDS = 500 };
	struct published p;
	const struct published_text *held;

	published_open(&p, path);
	held = publish(&p, "0");
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			struct published own;
			const struct published_text *mine = NULL, *next;
			int done = 0;
			published_open(&own, path);
			while (done < ROUNDS) {
				char text[40];
				int len = snprintf(text, sizeof text, "%d of process %d", done, i);
				enum published_result result = published_put(
				    &own, published_ask(&own), text, (size_t)len, &next);
				if (result == PUBLISHED_NONE)
					_exit(1);
				if (result == PUBLISHED_OUTDATED)
					continue;
				published_release(mine);
				mine = next;
				done++;
			}
			_exit(0);
		}
	int status, bad = 0;
	while (wait(&status) > 0)
		bad += status != 0;
	CHECK(bad == 0);
	/* Each publication changed the counter. */
	CHECK(published_ask(&p) >> 32 == 1 + PROCESSES * ROUNDS);
	published_release(held);
	published_close(&p);
}

/* As published.c makes it. */
static key_t key_of(const char *digest)
{
	uint32_t hash = 2166136261;

	for (; *digest != '\0'; digest++)
		hash = (hash ^ (unsigned char)*digest) * 16777619;
	return (key_t)hash;
}

/* A segment that other users may write, or that is too small, is not trusted. */
TEST(foreign)
{
	struct published p;

	published_open(&p, path);
	key_t key = key_of(p.file);
	static const struct {
		size_t size;
		int mode;
	} rows[] = {{4, 0600}, {4096, 0666}, {4096, 0640}};
	EACH(row, rows) {
		const struct published_text *out;
		int id = shmget(key, row->size, IPC_CREAT | IPC_EXCL | row->mode);
		CHECK(id >= 0);
		CHECK(published_ask(&p) == 0);
		CHECK(published_put(&p, 0, "x", 1, &out) == PUBLISHED_NONE);
		CHECK(published_get(&p) == NULL);
		shmctl(id, IPC_RMID, NULL);
	}
	published_close(&p);
}

/* The process that was to remove the segment was killed before it did: the next one does it. */
TEST(half_removed)
{
	struct published p;

	published_open(&p, path);
	int id = shmget(key_of(p.file), 8, IPC_CREAT | IPC_EXCL | 0600);
	uint64_t *value = shmat(id, NULL, 0);
	*value = UINT64_MAX;
	shmdt(value);
	published_release(publish(&p, "x"));
	published_close(&p);
	CHECK(shmget(key_of(p.file), 0, 0) < 0);
}

/* A version that does not fit into shared memory leaves no older one in its place. */
TEST(no_memory)
{
	struct published p;
	const struct published_text *held, *out;

	published_open(&p, path);
	held = publish(&p, "old");
	uint64_t before = published_ask(&p);
	CHECK(published_put(&p, before, "new", SIZE_MAX / 2, &out) == PUBLISHED_NONE);
	CHECK(!published_holds_newest(&p) && published_get(&p) == NULL);
	CHECK(published_put(&p, before, "late", SIZE_MAX / 2, &out) == PUBLISHED_OUTDATED);
	published_release(publish(&p, "newer"));
	published_release(held);
	published_close(&p);
}

/* The same relative path in another folder is another file. */
TEST(relative)
{
	struct published one, two, again;

	CHECK(chdir("/tmp") == 0);
	published_open(&one, "data/users.json");
	published_open(&again, "data/users.json");
	CHECK(chdir("/") == 0);
	published_open(&two, "data/users.json");
	CHECK(strcmp(one.file, again.file) == 0 && strcmp(one.file, two.file) != 0);
}
