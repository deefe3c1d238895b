/* options: what begins with -- on the command line. */
#ifndef SSA_OPTIONS_H
#define SSA_OPTIONS_H

#include "ctl.h"

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
enum {
	EVERYWHERE = DATA | HELP | VERSION,
	REQUIRED = FROM, /* by the commands that have it */
};

struct option {
	unsigned bit;
	const char *name, *value, *help;
	size_t place; /* in struct ctl: a bool, the text of the value, or a list of them */
};
extern const struct option options_all[]; /* up to bit 0 */

/* Separates options from the other words. Options may stand anywhere before `--`. A negative number
 * is no option. The other words are left in `words`, up to a NULL, which become c->args. The caller
 * frees c->values. */
void options_read(struct ctl *c, char **words);

/* Writes the options of a set as in a usage line, such as " --from csv|json [--key FIELD]". */
void options_usage(struct text *out, unsigned set);

#endif
