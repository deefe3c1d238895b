#include "core/sandbox.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/landlock.h, which musl does not have and which is older in Debian 12. */
struct ruleset {
	uint64_t files, network, scopes;
};

enum {
	EXECUTE = 1 << 0,
	WRITE_FILE = 1 << 1,
	READ_DIR = 1 << 3,
	REMOVE_AND_MAKE = 0x1ff0, /* REMOVE_DIR to MAKE_SYM */
	REFER = 1 << 13,          /* links and renames between folders */
	TRUNCATE = 1 << 14,
	BIND_TCP = 1 << 0,
	ABSTRACT_UNIX_SOCKET = 1 << 0,
	SIGNAL = 1 << 1,
};
enum {
	FILES = EXECUTE | WRITE_FILE | READ_DIR | REMOVE_AND_MAKE,
	ALL_FILES = FILES | REFER | TRUNCATE,
};

/* The newest kernel's ruleset is first. A kernel refuses a ruleset with a right that it does not
 * know. */
static const struct {
	struct ruleset rules;
	size_t size; /* how many bytes of `rules` that kernel knows */
} known[] = {
    {{ALL_FILES, BIND_TCP, ABSTRACT_UNIX_SOCKET | SIGNAL}, sizeof(struct ruleset)},
    {{ALL_FILES, BIND_TCP, 0}, offsetof(struct ruleset, scopes)},
    {{ALL_FILES, 0, 0}, offsetof(struct ruleset, network)},
    {{FILES | REFER, 0, 0}, offsetof(struct ruleset, network)},
    {{FILES, 0, 0}, offsetof(struct ruleset, network)},
};

void sandbox_enter(void)
{
	long fd = -1;

	for (size_t i = 0; fd < 0 && i < sizeof known / sizeof known[0]; i++)
		fd = syscall(SYS_landlock_create_ruleset, &known[i].rules, known[i].size, 0);
	if (fd < 0)
		return;
	/* Landlock requires this. It also makes set-user-ID programs harmless. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		syscall(SYS_landlock_restrict_self, fd, 0);
	close((int)fd);
}
