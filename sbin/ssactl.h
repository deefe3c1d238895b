/* ssactl: what its modules share. Each command is a function of (struct ctl *, arguments). */
#ifndef SSA_SSACTL_H
#define SSA_SSACTL_H

#include "core/config.h"
#include "core/span.h"
#include "core/text.h"

#include <stdbool.h>

/* The exit codes, see man/ssactl.8. */
enum exit_code {
	CTL_DONE = 0,
	CTL_NO = 1,     /* a wrong password, an unknown user, a fault that `check` found */
	CTL_USAGE = 2,  /* the command line is wrong; nothing was done */
	CTL_FAILED = 3, /* a file, Redis, memory: it could not be done */
};

struct redis;
struct users;

struct ctl {
	struct config config; /* the parts that the command needs, see struct command */
	struct redis *redis;  /* connects at the first use; NULL: the command does not need it */
	/* Options; a text that is not given is NULL. */
	bool json, random, all, help, version, dry_run, prune;
	const char *data, *address, *from, *key, *days, *machines;
	char **args; /* what follows the name of the command, up to a NULL */
	int count;
};

/* Writes "ssactl: " and one line to stderr, and returns `code`. */
enum exit_code ctl_say(enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Opens c->redis, and says on stderr which Redis it is. */
enum exit_code ctl_open_redis(struct ctl *c);

/* cmd_password.c */
enum exit_code cmd_hash(struct ctl *c);
enum exit_code cmd_verify(struct ctl *c);

/* cmd_user.c */
enum exit_code cmd_user_list(struct ctl *c);
enum exit_code cmd_user_show(struct ctl *c);
/* Reads users.json. false: it was said on stderr, and there is nothing to close. */
bool ctl_open_users(struct ctl *c, struct users *u);
/* Says that there is no such user, and returns CTL_NO. */
enum exit_code ctl_no_user(const char *name);

/* Says so if no user has this name, which may be misspelt. What Redis keeps of a user who was
 * removed can still be named, so it is no fault. */
void ctl_note_user(struct ctl *c, const char *name);

/* cmd_user_edit.c */
enum exit_code cmd_user_add(struct ctl *c);
enum exit_code cmd_user_passwd(struct ctl *c);
enum exit_code cmd_user_disable(struct ctl *c);
enum exit_code cmd_user_enable(struct ctl *c);
enum exit_code cmd_user_remove(struct ctl *c);
enum exit_code cmd_user_grant(struct ctl *c);

/* cmd_machine.c */
enum exit_code cmd_machine_list(struct ctl *c);
enum exit_code cmd_machine_show(struct ctl *c);

/* cmd_machine_edit.c */
enum exit_code cmd_machine_add(struct ctl *c);
enum exit_code cmd_machine_set(struct ctl *c);
enum exit_code cmd_machine_remove(struct ctl *c);
enum exit_code cmd_machine_edit(struct ctl *c);

/* cmd_machine_import.c */
enum exit_code cmd_machine_import(struct ctl *c);
/* cmd_token.c */
enum exit_code cmd_token_add(struct ctl *c);
enum exit_code cmd_token_list(struct ctl *c);
enum exit_code cmd_token_remove(struct ctl *c);

/* cmd_session.c */
enum exit_code cmd_sessions(struct ctl *c);
enum exit_code cmd_revoke(struct ctl *c);
enum exit_code cmd_bans(struct ctl *c);
enum exit_code cmd_unban(struct ctl *c);
/* Ends all sessions of a user. CTL_FAILED was said on stderr. */
enum exit_code ctl_end_sessions(struct ctl *c, const char *user);

/* cmd_check.c */
enum exit_code cmd_check(struct ctl *c);

/* cmd_status.c */
enum exit_code cmd_status(struct ctl *c);
/* NULL: Redis is there, and can do what a login needs. */
const char *ctl_fault_of_redis(struct ctl *c);
/* NULL: each hash of users.json can be computed here; otherwise why not, in static storage. The
 * limit of memory is that of this command, so it should run where the service does. */
const char *ctl_fault_of_hashing(const struct ctl *c);

/* cmd_export.c */
enum exit_code cmd_export(struct ctl *c);

#endif
