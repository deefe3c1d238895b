/* command: a command of ssactl is a row of data beside its function, in the file of its family. */
#ifndef SSA_COMMAND_H
#define SSA_COMMAND_H

#include "ctl.h"
#include "options.h"

#include <limits.h>

struct command {
	const char *name; /* such as "user add" */
	const char *arguments, *help;
	int least, most;  /* arguments */
	unsigned options; /* besides those of every command */
	unsigned parts;   /* the settings that it needs; a wrong value elsewhere does not matter */
	enum exit_code (*run)(struct ctl *c);
};

/* For `parts`. Without REDIS_URL the data tell which Redis it is. */
#define FILES CONFIG_DATA
#define REDIS (CONFIG_REDIS | CONFIG_DATA)

/* The families, in the order of the help. Each list ends at name NULL. */
extern const struct command cmd_check[], cmd_status[], cmd_password[], cmd_user[], cmd_machine[],
    cmd_machine_edit[], cmd_machine_import[], cmd_token[], cmd_session[], cmd_export[];

#endif
