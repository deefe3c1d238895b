#include "core/cgroup.h"
#include "core/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 768, UNLIMITED_BITS = 60 /* version 1 writes a number near 2^63 */ };

/* Reads the beginning of a file, up to a piece that ends with a newline. false: it is missing or
 * empty. Each CGI start of status does this, so it makes few system calls; musl's open makes two
 * for O_CLOEXEC. */
static bool read_file(const char *path, char *out, size_t size)
{
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = -1;

	while (fd >= 0 && len < size - 1 && (len == 0 || out[len - 1] != '\n')) {
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

/* Every start of a program calls this, and snprintf costs more. The texts fit. */
static const char *join(char *out, const char *a, const char *b)
{
	stpcpy(stpcpy(out, a), b);
	return out;
}

static void read_memory(struct cgroup *c, const char *group, const char *file)
{
	char path[PATH_SIZE + 32], text[32];
	unsigned long long bytes;

	if (!read_file(join(path, group, file), text, sizeof text))
		return;
	struct span number = span_of(text); /* or "max" */
	if (number_take(&number, &bytes) && bytes > 0 && bytes >> UNLIMITED_BITS == 0 &&
	    (c->memory_bytes == 0 || bytes < c->memory_bytes))
		c->memory_bytes = bytes;
}

/* A quota of microseconds in each period: "200000 100000" in version 2, two files in version 1. */
static void read_processors(struct cgroup *c, const char *group, const char *file)
{
	char path[PATH_SIZE + 32], text[64], period_text[32];
	struct span quota_digits, period_digits;
	unsigned long long quota, period;

	if (!read_file(join(path, group, file), text, sizeof text))
		return;
	period_digits = span_of(text);
	span_next(&period_digits, ' ', &quota_digits);
	if (period_digits.at == NULL) {
		read_file(join(path, group, "/cpu.cfs_period_us"), period_text, sizeof period_text);
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

/* Reads the group that a line NUMBER:CONTROLLERS:PATH names, and all groups above it. Version 2
 * names no controllers. In a container only a part of the tree may be mounted: the path leads
 * nowhere, and the root of the mount is the group. Returns the parts that no other line has: a
 * controller of version 1 is not in version 2. */
static unsigned read_line(const char *root, const char *line, unsigned parts, struct cgroup *c)
{
	static const struct {
		unsigned part;
		const char *controller, *mount, *file;
		void (*read)(struct cgroup *, const char *group, const char *file);
	} kinds[] = {
	    {CGROUP_MEMORY, "::", "/sys/fs/cgroup", "/memory.max", read_memory},
	    {CGROUP_PROCESSORS, "::", "/sys/fs/cgroup", "/cpu.max", read_processors},
	    {CGROUP_MEMORY, ":memory:", "/sys/fs/cgroup/memory", "/memory.limit_in_bytes",
	     read_memory},
	    {CGROUP_PROCESSORS, ":cpu:", "/sys/fs/cgroup/cpu", "/cpu.cfs_quota_us",
	     read_processors},
	    {CGROUP_PROCESSORS, ":cpu,cpuacct:", "/sys/fs/cgroup/cpu,cpuacct", "/cpu.cfs_quota_us",
	     read_processors},
	};
	const char *at = strchr(line, ':');
	char group[PATH_SIZE];
	unsigned done = 0;

	for (size_t i = 0; at != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t len = strlen(kinds[i].controller);
		const char *path = at + len;
		if ((kinds[i].part & parts) == 0 || strncmp(at, kinds[i].controller, len) != 0 ||
		    strlen(root) + strlen(kinds[i].mount) + strlen(path) >= sizeof group)
			continue;
		char *mounted = stpcpy(stpcpy(group, root), kinds[i].mount);
		char *end = stpcpy(mounted, strcmp(path, "/") == 0 ? "" : path);
		do {
			*end = '\0';
			kinds[i].read(c, group, kinds[i].file);
		} while ((end = strrchr(mounted, '/')) != NULL);
		if (kinds[i].controller[1] != ':')
			done |= kinds[i].part;
	}
	return done;
}

void cgroup_read(const char *root, unsigned parts, struct cgroup *c)
{
	char path[PATH_SIZE], text[4096], *rest = text, *line;

	*c = (struct cgroup){0};
	if (strlen(root) + 64 > sizeof path ||
	    !read_file(join(path, root, "/proc/self/cgroup"), text, sizeof text))
		return;
	while (parts != 0 && (line = strsep(&rest, "\n")) != NULL)
		parts &= ~read_line(root, line, parts, c);
}
