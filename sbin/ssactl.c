/* ssactl: an administrator's tool. This file knows the commands; the others do their work. */
#include "ssactl.h"
#include "core/log.h"
#include "core/nearest.h"
#include "listing.h"
#include "locate.h"
#include "options.h"
#include "redis/redis.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES CONFIG_DATA
#define REDIS (CONFIG_REDIS | CONFIG_DATA) /* without REDIS_URL the data tell which Redis it is */

static const struct command {
	const char *group, *name; /* group "": the name stands alone */
	const char *arguments, *help;
	int least, most;  /* arguments */
	unsigned options; /* besides those that are everywhere */
	unsigned parts;   /* of the settings: a wrong value in another part does not matter */
	enum exit_code (*run)(struct ctl *c);
} commands[] = {
    {"", "check", "", "look for faults in the data files, their modes, the settings and Redis", 0,
     0, JSON, 0, cmd_check},
    {"", "status", "", "whether Redis and both files are usable", 0, 0, JSON, REDIS, cmd_status},
    {"", "hash", "", "make the Argon2id string of a password", 0, 0, RANDOM, FILES, cmd_hash},
    {"", "verify", "NAME", "whether a password is that of a user", 1, 1, 0, FILES, cmd_verify},
    {"user", "list", "", "all users", 0, 0, JSON, FILES, cmd_user_list},
    {"user", "show", "NAME", "one user", 1, 1, JSON, FILES, cmd_user_show},
    {"user", "add", "NAME", "add a user", 1, 1, RANDOM, FILES, cmd_user_add},
    {"user", "passwd", "NAME", "give a user another password", 1, 1, RANDOM, FILES,
     cmd_user_passwd},
    {"user", "disable", "NAME", "no more logins, and the end of all sessions", 1, 1, 0, REDIS,
     cmd_user_disable},
    {"user", "enable", "NAME", "logins again", 1, 1, 0, FILES, cmd_user_enable},
    {"user", "remove", "NAME", "remove a user, and end all sessions", 1, 1, 0, REDIS,
     cmd_user_remove},
    {"user", "grant", "NAME ID...|all|none", "the machines that a user sees", 2, INT_MAX, 0, FILES,
     cmd_user_grant},
    {"machine", "list", "[QUERY]", "the machines, as GET /api/info?QUERY chooses them", 0, 1, JSON,
     FILES, cmd_machine_list},
    {"machine", "show", "ID", "one machine", 1, 1, JSON, FILES, cmd_machine_show},
    {"machine", "add", "FIELD=TEXT|FIELD:=JSON...", "add a machine", 1, INT_MAX, DRY_RUN, FILES,
     cmd_machine_add},
    {"machine", "set", "[ID...] FIELD=TEXT|FIELD:=JSON...", "change machines", 0, INT_MAX,
     WHERE | UNSET | DRY_RUN, FILES, cmd_machine_set},
    {"machine", "remove", "[ID...]", "remove machines", 0, INT_MAX, WHERE | DRY_RUN, FILES,
     cmd_machine_remove},
    {"machine", "edit", "", "lines of add, set and remove from stdin, in one step", 0, 0, DRY_RUN,
     FILES, cmd_machine_edit},
    {"machine", "import", "[FILE]", "machines of another program, from a file or stdin", 0, INT_MAX,
     FROM | KEY | DEFAULT | PRUNE | DRY_RUN, FILES, cmd_machine_import},
    {"token", "add", "USER NAME", "make an API token and print it, once", 2, INT_MAX,
     DAYS | MACHINES, FILES, cmd_token_add},
    {"token", "list", "[USER]", "API tokens, without their texts", 0, 1, JSON, FILES,
     cmd_token_list},
    {"token", "remove", "USER NAME", "end an API token", 2, 2, 0, FILES, cmd_token_remove},
    {"", "sessions", "[USER]", "live sessions", 0, 1, JSON, REDIS, cmd_sessions},
    {"", "revoke", "[USER]", "end all sessions of a user, or of all", 0, 1, ALL, REDIS, cmd_revoke},
    {"", "bans", "[USER]", "limits on guessing that are reached", 0, 1, JSON | ADDRESS,
     REDIS | CONFIG_LIMITS, cmd_bans},
    {"", "unban", "[USER [ADDRESS]]", "forget failed logins", 0, 2, ADDRESS, REDIS | CONFIG_LIMITS,
     cmd_unban},
    {"", "export", "ansible|ssh|file_sd|csv|metrics", "the machines, for other programs", 1, 1, 0,
     FILES, cmd_export},
};
#define INDENT "                                                 "
enum { COMMANDS = sizeof commands / sizeof commands[0], LINE_SIZE = 160 };

enum exit_code ctl_say(enum exit_code code, const char *format, ...)
{
	char line[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	fputs("ssactl: ", stderr);
	listing_escape(line, stderr);
	fputc('\n', stderr);
	return code;
}

static void add(char line[static LINE_SIZE], const char *before, const char *text)
{
	size_t len = strlen(line);

	snprintf(line + len, LINE_SIZE - len, "%s%s", *text ? before : "", text);
}

/* The name of a command, such as "user add". */
static const char *name_of(const struct command *k, char line[static LINE_SIZE])
{
	snprintf(line, LINE_SIZE, "%s", k->group);
	add(line, *k->group ? " " : "", k->name);
	return line;
}

/* What to type, such as "user add [--random] NAME". */
static const char *usage_of(const struct command *k, char line[static LINE_SIZE])
{
	name_of(k, line);
	for (int i = 0; i < OPTIONS_COUNT; i++)
		if (options_all[i].bit & k->options) {
			add(line, " [", options_all[i].name);
			add(line, "", options_all[i].value);
			add(line, "", "]");
		}
	add(line, " ", k->arguments);
	return line;
}

static void print_help(const struct command *only)
{
	unsigned shown = EVERYWHERE;
	char line[LINE_SIZE];

	puts("usage: ssactl [--data DIR] COMMAND\n");
	for (const struct command *k = commands; k < commands + COMMANDS; k++)
		if (only == NULL || only == k) {
			bool fits = strlen(usage_of(k, line)) <= 46;
			printf(fits ? "  %-46s " : "  %s\n" INDENT, line);
			puts(k->help);
			shown |= k->options;
		}
	puts("");
	for (int i = 0; i < OPTIONS_COUNT; i++)
		if (options_all[i].bit & shown) {
			snprintf(line, sizeof line, "%s%s", options_all[i].name,
				 options_all[i].value);
			printf("  %-21s %s\n", line, options_all[i].help);
		}
	puts("\nRedis is that of REDIS_URL, else that of the service with these data, else"
	     " 127.0.0.1:6379.\nA password comes from a prompt or from stdin.\n"
	     "Exit code: 0 done; 1 no, or faults; 2 wrong usage; 3 it could not be done.");
}

/* Finds the command that the words name, and moves *words behind its name. */
static const struct command *find_command(char ***words)
{
	for (const struct command *k = commands; k < commands + COMMANDS; k++) {
		char **at = *words;
		if (*k->group && (*at == NULL || strcmp(*at++, k->group) != 0))
			continue;
		if (*at == NULL || strcmp(*at, k->name) != 0)
			continue;
		*words = at + 1;
		return k;
	}
	return NULL;
}

static bool is_group(const char *word)
{
	bool found = false;

	for (int i = 0; i < COMMANDS && word != NULL; i++)
		found = found || strcmp(word, commands[i].group) == 0;
	return found && *word != '\0';
}

/* Names the words, and what was probably meant by them. */
static enum exit_code no_command(char **words)
{
	char names[COMMANDS][LINE_SIZE], typed[LINE_SIZE] = "";
	const char *list[COMMANDS + 1] = {NULL};
	const char *nearest;

	for (int i = 0; i < COMMANDS; i++)
		list[i] = name_of(&commands[i], names[i]);
	/* A command of one word, or one of a group, whose name is mistyped perhaps. */
	add(typed, "", words[0]);
	nearest = is_group(words[0]) ? NULL : nearest_of(typed, list);
	if (nearest == NULL && words[1] != NULL) {
		add(typed, " ", words[1]);
		nearest = nearest_of(typed, list);
		if (nearest == NULL && !is_group(words[0]))
			typed[strlen(words[0]) < LINE_SIZE ? strlen(words[0]) : 0] = '\0';
	}
	if (nearest != NULL)
		return ctl_say(CTL_USAGE, "no such command: %s; the nearest is: %s", typed,
			       nearest);
	return ctl_say(CTL_USAGE, "no such command: %s; see ssactl help", typed);
}

static enum exit_code prepare(struct ctl *c, const struct command *k)
{
	if (c->data != NULL && setenv("SSA_DATA_DIR", c->data, 1) != 0)
		return ctl_say(CTL_FAILED, "out of memory");
	if (k->parts == 0) /* it looks at the settings by itself */
		return CTL_DONE;
	if (!locate_settings(&c->config, k->parts, NULL, NULL))
		return ctl_say(CTL_USAGE, "%s", c->config.fault);
	return k->parts & CONFIG_REDIS ? ctl_open_redis(c) : CTL_DONE;
}

enum exit_code ctl_open_redis(struct ctl *c)
{
	char name[LOCATE_REDIS_SIZE];

	fprintf(stderr, "ssactl: Redis: %s\n", locate_name_redis(&c->config.redis, name));
	c->redis = redis_new(&c->config.redis, c->config.redis_wait);
	return c->redis != NULL ? CTL_DONE : ctl_say(CTL_FAILED, "out of memory");
}

static enum exit_code run(struct ctl *c, const struct command *k, unsigned seen)
{
	char line[LINE_SIZE];

	while (c->args[c->count] != NULL)
		c->count++;
	if (c->count < k->least || c->count > k->most || (seen & ~(k->options | EVERYWHERE)) != 0) {
		fprintf(stderr, "usage: ssactl %s\n", usage_of(k, line));
		return CTL_USAGE;
	}
	enum exit_code code = prepare(c, k);
	if (code == CTL_DONE)
		code = k->run(c);
	redis_free(c->redis);
	return code;
}

int main(int argc, char **argv)
{
	struct ctl c = {0};
	unsigned seen = 0;

	(void)argc;
	log_name("ctl");
	signal(SIGPIPE, SIG_IGN);
	enum exit_code code = options_read(&c, argv, &seen);
	if (code != CTL_DONE)
		return (int)code;
	c.args = argv;
	if (c.version) {
		puts("ssactl " SSA_VERSION);
		return CTL_DONE;
	}
	if (c.args[0] != NULL && strcmp(c.args[0], "help") == 0) {
		c.help = true;
		c.args++;
	}
	bool named = c.args[0] != NULL;
	const struct command *k = find_command(&c.args);
	if (k == NULL && named && !(c.help && is_group(c.args[0])))
		return (int)no_command(c.args);
	if (k == NULL || c.help) {
		print_help(k);
		return c.help ? CTL_DONE : CTL_USAGE;
	}
	return (int)run(&c, k, seen);
}
