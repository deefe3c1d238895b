/* cgroup: the limits that control groups set for this process (cgroups(7), versions 1 and 2). The C
 * library ignores them: malloc succeeds beyond the memory limit, and then the kernel kills the
 * process. */
#ifndef SSA_CGROUP_H
#define SSA_CGROUP_H

enum cgroup_part { CGROUP_PROCESSORS = 1, CGROUP_MEMORY = 2 };

struct cgroup {
	unsigned processors;             /* the quota, rounded up; 0: none */
	unsigned long long memory_bytes; /* 0: no limit */
};

/* Reads these parts of the limits of this process's group and of all groups above it; the other
 * parts are 0. The smallest limit counts; one that cannot be read does not. `root` is "", or a
 * test's folder in place of /. */
void cgroup_read(const char *root, unsigned parts, struct cgroup *c);

#endif
