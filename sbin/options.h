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
	size_t place; /* in struct ctl: a bool, or the text of the value */
};
extern const struct option options_all[]; /* up to bit 0 */

/* Separates options from the other words. Options may stand anywhere before `--`. A negative number
 * is no option. The other words are left in `words`, up to a NULL, which become c->args. An option
 * that can be repeated stays among them, and options_value reads it. */
void options_read(struct ctl *c, char **words);

/* The value of an option that can be repeated, if *word is this option; *word moves on to its last
 * word. NULL: it is another word. */
char *options_value(char ***word, unsigned bit);

/* Writes the options of a set as in a usage line, such as " --from csv|json [--key FIELD]". */
void options_usage(struct text *out, unsigned set);

#endif
