/* ctl: what the commands of ssactl share: the options, the way to end with a message, memory, and
 * the data and the Redis of the service. */
#ifndef SSA_CTL_H
#define SSA_CTL_H

#include "core/config.h"
#include "core/result.h"
#include "core/span.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

/* The exit codes, see man/ssactl.8. */
enum exit_code {
	CTL_DONE = 0,
	CTL_NO = 1,     /* a wrong password, an unknown user, a fault that `check` found */
	CTL_USAGE = 2,  /* the command line is wrong; nothing was done */
	CTL_FAILED = 3, /* a file, Redis, memory: it could not be done */
};

struct redis;
struct users;
struct machines;

struct ctl {
	const struct command *command;
	struct config config; /* the parts that the command needs, see command.h */
	struct redis *redis;  /* connects at the first use; NULL: the command does not need it */
	/* Options; a value that is not given is NULL. */
	bool json, random, all, help, version, dry_run, prune;
	const char *data, *address, *where, *from, *key, *days, *machines;
	char **values;  /* of an option that can be repeated, up to a NULL */
	unsigned given; /* their bits, see options.h */
	char **args;    /* the other words behind the name of the command, up to a NULL */
	int count;
};

/* Writes "ssactl: " and one line to stderr. */
void ctl_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, and ends the program. This releases what it holds, such as the lock of a data file. */
_Noreturn void ctl_end(enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* From now on ctl_end also names this line of stdin. 0: none. */
void ctl_at_line(long number);

/* Memory, all zero, for `count` items and one more. It ends the program if memory runs out. */
void *ctl_allocate(size_t count, size_t size);

/* As array_grow. It ends the program if there is no memory. */
void *ctl_grow(void *list, size_t count, size_t *capacity, size_t size);

/* Copies bytes, and ends them with a NUL. */
char *ctl_copy(const char *at, size_t len);

/* Decodes a JSON string as written. The caller frees it. */
char *ctl_decode(struct span string);

/* Ends the program if memory ran out while the text was made. */
struct span ctl_text(const struct text *text);

/* Writes what is buffered for stdout. It ends the program if stdout did not take everything. */
void ctl_flush(void);

/* Opens c->redis, and says on stderr which Redis it is. Returns what is wrong with REDIS_URL, or
 * NULL. */
const char *ctl_open_redis(struct ctl *c);

/* Ends all sessions of a user. */
void ctl_end_sessions(struct ctl *c, const char *user);

/* Redis failed with this result: ends the program. */
_Noreturn void ctl_redis_failed(struct ctl *c, enum result result);

/* Opens and reads a data file, which must be good. The caller closes it. */
void ctl_open_users(const struct ctl *c, struct users *u);
void ctl_open_machines(const struct ctl *c, struct machines *m);

/* Names the ids of a JSON array that no machine has. They are granted all the same: the machine may
 * come later. */
void ctl_note_ids(const struct ctl *c, struct span ids);

/* There is no such user: ends the program. */
_Noreturn void ctl_no_user(const char *name);

#endif
