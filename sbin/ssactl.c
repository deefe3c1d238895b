/* ssactl: an administrator's tool. This file finds the command; the files cmd_*.c do its work. */
#include "command.h"
#include "core/log.h"
#include "core/nearest.h"
#include "locate.h"
#include "redis/redis.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const families[] = {
    cmd_check,        cmd_status,         cmd_password, cmd_user,    cmd_machine,
    cmd_machine_edit, cmd_machine_import, cmd_token,    cmd_session, cmd_export,
};
enum { FAMILIES = sizeof families / sizeof families[0], COMMANDS_MAX = 64 };
static const struct command *commands[COMMANDS_MAX + 1]; /* all of them, up to a NULL */

#define INDENT "                                                 "

static void list_commands(void)
{
	size_t count = 0;

	for (size_t i = 0; i < FAMILIES; i++)
		for (const struct command *k = families[i]; k->name != NULL; k++)
			if (count < COMMANDS_MAX)
				commands[count++] = k;
}

/* Whether the words begin with those of a name, such as "user add". Returns how many words that
 * are; 0: they do not. */
static int begins_with(char **words, const char *name)
{
	struct span rest = span_of(name), word;
	int count = 0;

	for (; span_next(&rest, ' ', &word); count++)
		if (words[count] == NULL || !span_is(word, words[count], strlen(words[count])))
			return 0;
	return count;
}

/* Whether a word is the first one of a command of two words. */
static bool is_group(const char *word)
{
	size_t len = word != NULL ? strlen(word) : 0;

	for (const struct command **k = commands; *k != NULL && len > 0; k++)
		if (strncmp((*k)->name, word, len) == 0 && (*k)->name[len] == ' ')
			return true;
	return false;
}

/* What to type, such as "user add [--random] NAME". */
static void write_usage(struct text *out, const struct command *k)
{
	text_string(out, k->name);
	options_usage(out, k->options);
	text_string(out, *k->arguments ? " " : "");
	text_string(out, k->arguments);
	text_add(out, "", 1);
	ctl_text(out);
}

/* only: one command; NULL: all those whose name begins with `group`. */
static void print_help(const struct command *only, const char *group)
{
	unsigned shown = EVERYWHERE;
	char line[64];

	puts("usage: ssactl [--data DIR] COMMAND\n");
	for (const struct command **k = commands; *k != NULL; k++) {
		struct text usage = {0};
		if (only != NULL ? only != *k : strncmp((*k)->name, group, strlen(group)) != 0)
			continue;
		write_usage(&usage, *k);
		printf(strlen(usage.at) <= 46 ? "  %-46s " : "  %s\n" INDENT, usage.at);
		puts((*k)->help);
		text_free(&usage);
		shown |= (*k)->options;
	}
	puts("");
	for (const struct option *o = options_all; o->bit != 0; o++)
		if (o->bit & shown) {
			snprintf(line, sizeof line, "%s%s", o->name, o->value);
			printf("  %-23s %s\n", line, o->help);
		}
	puts("\nRedis is at REDIS_URL, or else where the service with these data finds it, or else "
	     "at\n"
	     "127.0.0.1:6379.\n"
	     "Passwords are read from a prompt or from stdin.\n"
	     "Exit status: 0 done; 1 the answer is no; 2 wrong usage; 3 something failed.");
}

/* Names the words, and what was probably meant by them. */
static _Noreturn void no_command(char **words)
{
	const char *names[COMMANDS_MAX + 1] = {NULL}, *nearest = NULL;
	char typed[160];
	bool group = is_group(words[0]);

	for (size_t i = 0; commands[i] != NULL; i++)
		names[i] = commands[i]->name;
	/* A command of one word, or one of a group, whose name is mistyped perhaps. */
	snprintf(typed, sizeof typed, "%s", words[0]);
	if (!group)
		nearest = nearest_of(typed, names);
	if (nearest == NULL && words[1] != NULL) {
		snprintf(typed, sizeof typed, "%s %s", words[0], words[1]);
		nearest = nearest_of(typed, names);
		if (nearest == NULL && !group)
			snprintf(typed, sizeof typed, "%s", words[0]);
	}
	if (nearest != NULL)
		ctl_end(CTL_USAGE, "no such command: %s; the nearest is: %s", typed, nearest);
	ctl_end(CTL_USAGE, "no such command: %s; see ssactl help", typed);
}

static enum exit_code run(struct ctl *c)
{
	const struct command *k = c->command;
	struct text usage = {0};

	if (c->count < k->least || c->count > k->most || (c->given & ~(k->options | EVERYWHERE)) ||
	    (k->options & REQUIRED & ~c->given)) {
		write_usage(&usage, k);
		fprintf(stderr, "usage: ssactl %s\n", usage.at);
		text_free(&usage);
		return CTL_USAGE;
	}
	if (c->data != NULL && setenv("SSA_DATA_DIR", c->data, 1) != 0)
		ctl_end(CTL_FAILED, "out of memory");
	/* A command without parts looks at the settings by itself. */
	if (k->parts != 0 && !locate_settings(&c->config, k->parts, NULL, NULL))
		ctl_end(CTL_USAGE, "%s", c->config.fault);
	const char *fault = k->parts & CONFIG_REDIS ? ctl_open_redis(c) : NULL;
	if (fault != NULL)
		ctl_end(CTL_USAGE, "REDIS_URL: %s", fault);
	enum exit_code code = k->run(c);
	redis_free(c->redis);
	return code;
}

static int finish(struct ctl *c, enum exit_code code)
{
	ctl_flush();
	free(c->values);
	return (int)code;
}

int main(int argc, char **argv)
{
	struct ctl c = {0};

	(void)argc;
	log_name("ctl");
	signal(SIGPIPE, SIG_IGN);
	options_read(&c, argv + 1);
	if (c.version) {
		puts("ssactl " SSA_VERSION);
		return finish(&c, CTL_DONE);
	}
	if (c.args[0] != NULL && strcmp(c.args[0], "help") == 0) {
		c.help = true;
		c.args++;
		c.count--;
	}
	list_commands();
	for (const struct command **k = commands; *k != NULL && c.command == NULL; k++) {
		int words = begins_with(c.args, (*k)->name);
		c.command = words > 0 ? *k : NULL;
		c.args += words;
		c.count -= words;
	}
	bool group = c.command == NULL && c.help && is_group(c.args[0]);
	if (c.command == NULL && c.args[0] != NULL && !group)
		no_command(c.args);
	enum exit_code code = c.help ? CTL_DONE : CTL_USAGE;
	if (c.command == NULL || c.help)
		print_help(c.command, group ? c.args[0] : "");
	else
		code = run(&c);
	return finish(&c, code);
}
