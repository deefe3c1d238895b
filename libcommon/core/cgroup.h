/* cgroup: what the control groups of this process let it have (cgroups(7), versions 1 and 2). The C
 * library does not know them: malloc succeeds beyond the limit of memory, and then the kernel kills
 * the process; and the processors that are online are more than a quota lets it use. */
#ifndef SSA_CGROUP_H
#define SSA_CGROUP_H

enum cgroup_part { CGROUP_PROCESSORS = 1, CGROUP_MEMORY = 2 };

struct cgroup {
	unsigned processors;             /* by the quota, rounded up; 0: no quota */
	unsigned long long memory_bytes; /* 0: no limit */
};

/* Reads the limits of the group of this process and of all groups above it: the smallest counts.
 * `parts` are those to read; the others stay 0.
 * `root` is "", or the folder of a test that takes the place of /. What cannot be read is no
 * limit. */
void cgroup_read(const char *root, unsigned parts, struct cgroup *c);

#endif
