#include "core/cgroup.h"
#include "core/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 768, UNLIMITED_BITS = 60 /* version 1 writes a number near 2^63 */ };

/* Reads the beginning of a file, which may come in pieces. false: there is none. */
static bool read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = -1;

	while (fd >= 0 && len < size - 1) {
		n = read(fd, out + len, size - 1 - len);
		if (n > 0)
			len += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	if (fd >= 0)
		close(fd);
	out[len] = '\0';
	return len > 0 && n >= 0;
}

/* Joins two texts. Each start of a program does this, and snprintf costs more. The texts fit. */
static const char *join(char *out, const char *a, const char *b)
{
	stpcpy(stpcpy(out, a), b);
	return out;
}

static void read_memory(struct cgroup *c, const char *group)
{
	static const char *const files[] = {"/memory.max", "/memory.limit_in_bytes"};
	char path[PATH_SIZE + 32], text[32];
	unsigned long long bytes;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (!read_file(join(path, group, files[i]), text, sizeof text))
			continue;
		struct span number = span_of(text); /* or "max" */
		if (number_take(&number, &bytes) && bytes > 0 && bytes >> UNLIMITED_BITS == 0 &&
		    (c->memory_bytes == 0 || bytes < c->memory_bytes))
			c->memory_bytes = bytes;
	}
}

/* "200000 100000" in version 2, two files in version 1: so many microseconds in each period. */
static void read_processors(struct cgroup *c, const char *group)
{
	char path[PATH_SIZE + 32], text[64], period_text[32];
	struct span quota_digits, period_digits;
	unsigned long long quota, period;

	if (read_file(join(path, group, "/cpu.max"), text, sizeof text)) {
		period_digits = span_of(text);
		span_next(&period_digits, ' ', &quota_digits);
	} else {
		read_file(join(path, group, "/cpu.cfs_quota_us"), text, sizeof text);
		read_file(join(path, group, "/cpu.cfs_period_us"), period_text, sizeof period_text);
		quota_digits = span_of(text);
		period_digits = span_of(period_text);
	}
	/* Without a quota it is "max" or -1. */
	if (!number_take(&quota_digits, &quota) || !number_take(&period_digits, &period) ||
	    quota == 0 || period == 0 || quota / period > 1024)
		return;
	unsigned processors = (unsigned)((quota + period - 1) / period);
	if (c->processors == 0 || processors < c->processors)
		c->processors = processors;
}

/* Looks at a group and all above it. Where only a part of the tree is mounted, as in a container,
 * the path of the group leads nowhere, and the root of what is mounted is the group. */
static void read_groups(const char *mount, char *path,
			void (*read_group)(struct cgroup *, const char *), struct cgroup *c)
{
	char group[PATH_SIZE];

	for (;;) {
		if (strlen(mount) + strlen(path) < sizeof group)
			read_group(c, join(group, mount, path));
		char *slash = strrchr(path, '/');
		if (slash == NULL)
			return;
		*slash = '\0';
	}
}

/* A line is NUMBER:CONTROLLERS:PATH. Version 2 has no controllers there. */
static void read_line(const char *root, const char *line, struct cgroup *c)
{
	static const struct {
		const char *controller, *mount;
		void (*read)(struct cgroup *, const char *);
	} kinds[] = {
	    {"::", "/sys/fs/cgroup", read_memory},
	    {"::", "/sys/fs/cgroup", read_processors},
	    {":memory:", "/sys/fs/cgroup/memory", read_memory},
	    {":cpu:", "/sys/fs/cgroup/cpu", read_processors},
	    {":cpu,cpuacct:", "/sys/fs/cgroup/cpu,cpuacct", read_processors},
	};
	char mount[PATH_SIZE], path[PATH_SIZE];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const char *at = strchr(line, ':');
		size_t len = strlen(kinds[i].controller);
		if (at == NULL || strncmp(at, kinds[i].controller, len) != 0 ||
		    strlen(at + len) >= sizeof path)
			continue;
		join(mount, root, kinds[i].mount);
		strcpy(path, strcmp(at + len, "/") == 0 ? "" : at + len);
		read_groups(mount, path, kinds[i].read, c);
	}
}

void cgroup_read(const char *root, struct cgroup *c)
{
	char path[PATH_SIZE], text[4096], *rest = text, *line;

	*c = (struct cgroup){0};
	if (strlen(root) + 64 > sizeof path ||
	    !read_file(join(path, root, "/proc/self/cgroup"), text, sizeof text))
		return;
	while ((line = strsep(&rest, "\n")) != NULL)
		read_line(root, line, c);
}
