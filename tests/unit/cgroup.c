/* cgroup: the limits of control groups, from a tree of files as the kernel has it. */
#include "core/cgroup.h"
#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[] = "/tmp/ssa-cgroup-XXXXXX";

/* Writes a file below the root, and makes its folders. */
static void put(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	f = fopen(full, "w");
	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static bool is(unsigned processors, unsigned long long memory_bytes)
{
	struct cgroup c;

	cgroup_read(root, CGROUP_PROCESSORS | CGROUP_MEMORY, &c);
	return c.processors == processors && c.memory_bytes == memory_bytes;
}

TEST(nothing)
{
	CHECK(mkdtemp(root) != NULL);
	CHECK(is(0, 0));
}

/* A pipe in place of a file gives one byte to each read: with O_DIRECT each write is a packet. */
TEST(pieces)
{
	static const char text[] = "67108864\n";
	char path[512];

	put("/proc/self/cgroup", "0::/pieces\n");
	put("/sys/fs/cgroup/pieces/cpu.max", "max 100000\n"); /* makes the folder */
	snprintf(path, sizeof path, "%s/sys/fs/cgroup/pieces/memory.max", root);
	CHECK(mkfifo(path, 0600) == 0);
	pid_t child = fork();
	if (child == 0) {
		int fd = open(path, O_WRONLY);
		if (fcntl(fd, F_SETFL, O_DIRECT) != 0)
			_exit(EXIT_FAILURE);
		for (const char *at = text; *at != '\0'; at++)
			if (write(fd, at, 1) != 1)
				_exit(EXIT_FAILURE);
		_exit(EXIT_SUCCESS);
	}
	CHECK(is(0, 67108864));
	waitpid(child, NULL, 0);
}

TEST(limits)
{
	char command[sizeof root + 8];

	/* Version 2, seen from the host: the smallest limit of all groups above counts. */
	put("/proc/self/cgroup", "0::/a.slice/b.service\n");
	CHECK(is(0, 0));
	put("/sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
	put("/sys/fs/cgroup/a.slice/b.service/cpu.max", "max 100000\n");
	CHECK(is(0, 0));
	put("/sys/fs/cgroup/a.slice/memory.max", "67108864\n");
	put("/sys/fs/cgroup/a.slice/cpu.max", "150000 100000\n");
	CHECK(is(2, 67108864));
	put("/sys/fs/cgroup/a.slice/b.service/memory.max", "134217728\n");
	put("/sys/fs/cgroup/a.slice/b.service/cpu.max", "50000 100000\n");
	CHECK(is(1, 67108864));

	/* Version 2 in a container: the root of the mount is the group. */
	put("/proc/self/cgroup", "0::/\n");
	CHECK(is(0, 0));
	put("/sys/fs/cgroup/memory.max", "33554432\n");
	put("/sys/fs/cgroup/cpu.max", "300000 100000\n");
	CHECK(is(3, 33554432));

	/* Version 1, in a container whose path is that of the host. */
	put("/proc/self/cgroup", "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
	put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
	CHECK(is(0, 0));
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "50331648\n");
	put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "400000\n");
	CHECK(is(4, 50331648));

	/* What is no limit. */
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "x\n");
	put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "0\n");
	CHECK(is(0, 0));
	put("/proc/self/cgroup", "nonsense\n::\n\n0::");
	cgroup_read(root, CGROUP_PROCESSORS | CGROUP_MEMORY, &(struct cgroup){0});

	snprintf(command, sizeof command, "rm -r %s", root);
	CHECK(system(command) == 0);
}
