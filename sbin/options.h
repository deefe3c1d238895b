/* options: what begins with -- on the command line. */
#ifndef SSA_OPTIONS_H
#define SSA_OPTIONS_H

#include "ssactl.h"

#include <stddef.h>

enum {
	DATA = 1,
	HELP = 2,
	VERSION = 4,
	JSON = 8,
	RANDOM = 16,
	ALL = 32,
	ADDRESS = 64,
	DRY_RUN = 128,
	WHERE = 256,
	UNSET = 512,
	FROM = 1024,
	KEY = 2048,
	DEFAULT = 4096,
	PRUNE = 8192,
	DAYS = 16384,
	MACHINES = 32768
};
enum { EVERYWHERE = DATA | HELP | VERSION, OPTIONS_COUNT = 16 };

struct option {
	unsigned bit;
	const char *name, *value, *help;
	size_t place; /* in struct ctl: a bool, or the text of the value */
};
extern const struct option options_all[OPTIONS_COUNT];

/* Separates options from words, which are left in argv, up to a NULL. Options may stand anywhere
 * before `--`. A negative number is a word. *seen are the options that stand there. */
enum exit_code options_read(struct ctl *c, char **argv, unsigned *seen);

#endif
