/* ssactl: an administrator's tool. This file knows the commands; the others do their work. */
#include "ssactl.h"
#include "core/log.h"
#include "listing.h"
#include "redis/redis.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum options { JSON = 1, RANDOM = 2, ALL = 4, ADDRESS = 8 };

static const struct command {
	const char *group, *name; /* group "": the name stands alone */
	const char *arguments;
	const char *help;
	int least, most; /* arguments */
	unsigned options;
	enum exit_code (*run)(struct ctl *c);
} commands[] = {
    {"", "check", "", "look for faults in the data files, their modes, and Redis", 0, 0, JSON,
     ctl_check},
    {"", "status", "", "whether Redis and both files are usable", 0, 0, JSON, ctl_status},
    {"", "hash", "", "make the Argon2id string of a password", 0, 0, RANDOM, ctl_hash},
    {"", "verify", "NAME", "whether a password is that of a user", 1, 1, 0, ctl_verify},
    {"user", "list", "", "all users", 0, 0, JSON, ctl_user_list},
    {"user", "show", "NAME", "one user", 1, 1, JSON, ctl_user_show},
    {"user", "add", "NAME", "add a user", 1, 1, RANDOM, ctl_user_add},
    {"user", "passwd", "NAME", "give a user another password", 1, 1, RANDOM, ctl_user_passwd},
    {"user", "disable", "NAME", "no more logins, and the end of all sessions", 1, 1, 0,
     ctl_user_disable},
    {"user", "enable", "NAME", "logins again", 1, 1, 0, ctl_user_enable},
    {"user", "remove", "NAME", "remove a user, and end all sessions", 1, 1, 0, ctl_user_remove},
    {"user", "grant", "NAME ID...|all|none", "the machines that a user sees", 2, INT_MAX, 0,
     ctl_user_grant},
    {"", "sessions", "[USER]", "live sessions", 0, 1, JSON, ctl_sessions},
    {"", "revoke", "USER|--all", "end all sessions of a user, or of all", 0, 1, ALL, ctl_revoke},
    {"", "bans", "[USER|--address ADDRESS]", "limits on guessing that are reached", 0, 1,
     JSON | ADDRESS, ctl_bans},
    {"", "unban", "NAME [ADDRESS]|--address ADDRESS", "forget failed logins", 0, 2, ADDRESS,
     ctl_unban},
    {"", "export", "ansible|ssh|file_sd|csv|metrics", "the machines, for other programs", 1, 1, 0,
     ctl_export},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

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

static void print_command(const struct command *k)
{
	char line[80];

	snprintf(line, sizeof line, "%s%s%s%s%s", k->group, *k->group ? " " : "", k->name,
		 *k->arguments ? " " : "", k->arguments);
	printf("  %-42s %s\n", line, k->help);
}

static void print_help(const struct command *only)
{
	puts("usage: ssactl [--data DIR] COMMAND\n");
	for (int i = 0; i < COMMANDS; i++)
		if (only == NULL || only == &commands[i])
			print_command(&commands[i]);
	puts("");
	if (only == NULL || (only->options & JSON))
		puts("  --json             a list as JSON");
	if (only == NULL || (only->options & RANDOM))
		puts("  --random           make a password, and print it once");
	puts("  --data DIR         the folder of users.json and machines.json; also SSA_DATA_DIR");
	puts("\nRedis is that of REDIS_URL. A password comes from a prompt or from stdin.\n"
	     "Exit code: 0 done; 1 no, or faults; 2 wrong usage; 3 it could not be done.");
}

/* Finds the command that the words name, and moves *words behind its name. */
static const struct command *find_command(char ***words)
{
	for (int i = 0; i < COMMANDS; i++) {
		const struct command *k = &commands[i];
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

/* What is known before the command is found. */
struct line {
	const char *data;
	bool help;
	unsigned options; /* that stand there */
	char **words;     /* what is no option, up to a NULL */
};

/* Separates options from words. Options may stand anywhere before `--`. */
static enum exit_code read_line(struct ctl *c, int argc, char **argv, struct line *l)
{
	int count = 0;
	bool only_words = false;

	l->words = argv;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		bool has_value = strcmp(word, "--data") == 0 || strcmp(word, "--address") == 0;
		if (only_words || word[0] != '-' || (word[1] >= '0' && word[1] <= '9'))
			argv[count++] = argv[i];
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else if (has_value && (i + 1 == argc || argv[i + 1][0] == '\0'))
			return ctl_say(CTL_USAGE, "%s needs a value", word);
		else if (strcmp(word, "--data") == 0)
			l->data = argv[++i];
		else if (strcmp(word, "--address") == 0) {
			l->options |= ADDRESS;
			c->address = argv[++i];
		} else if (strcmp(word, "--json") == 0)
			l->options |= JSON;
		else if (strcmp(word, "--random") == 0)
			l->options |= RANDOM;
		else if (strcmp(word, "--all") == 0)
			l->options |= ALL;
		else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			l->help = true;
		else
			return ctl_say(CTL_USAGE, "no such option: %s", word);
	}
	argv[count] = NULL;
	c->json = l->options & JSON;
	c->random = l->options & RANDOM;
	c->all = l->options & ALL;
	return CTL_DONE;
}

/* Where the data are, without --data and SSA_DATA_DIR: in the first of these folders that exists.
 * The first two are relative to the folder of this program: in a checkout, and where `make install`
 * puts it. */
static void find_data(struct config *c)
{
	static const struct {
		bool beside;
		const char *path;
	} places[] = {{true, "../data"},
		      {true, "../lib/simpleserverapi/data"},
		      {false, "/etc/simpleserverapi"},
		      {false, "data"}};
	int program = (int)(strlen(c->data_dir) - strlen("../data"));
	char path[sizeof c->data_dir + 32];
	struct stat st;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		snprintf(path, sizeof path, "%.*s%s", places[i].beside ? program : 0, c->data_dir,
			 places[i].path);
		if (stat(path, &st) == 0 && strlen(path) < sizeof c->data_dir) {
			strcpy(c->data_dir, path);
			return;
		}
	}
}

static enum exit_code prepare(struct ctl *c, const struct line *l)
{
	const char *address = c->address;

	if (l->data != NULL && setenv("SSA_DATA_DIR", l->data, 1) != 0)
		return ctl_say(CTL_FAILED, "out of memory");
	if (!config_load(&c->config))
		return ctl_say(CTL_USAGE, "%s", c->config.fault);
	c->address = address;
	const char *set = getenv("SSA_DATA_DIR");
	if (set == NULL || *set == '\0')
		find_data(&c->config);
	c->redis = redis_new(&c->config.redis, c->config.redis_wait);
	return c->redis != NULL ? CTL_DONE : ctl_say(CTL_FAILED, "out of memory");
}

int main(int argc, char **argv)
{
	struct ctl c = {0};
	struct line l = {0};
	enum exit_code code = read_line(&c, argc, argv, &l);

	log_name("ctl");
	signal(SIGPIPE, SIG_IGN);
	if (code != CTL_DONE)
		return (int)code;
	c.args = l.words;
	const struct command *k = find_command(&c.args);
	if (l.help || (k == NULL && c.args[0] == NULL)) {
		print_help(k);
		return l.help ? CTL_DONE : CTL_USAGE;
	}
	if (k == NULL)
		return (int)ctl_say(CTL_USAGE, "no such command: %s; see ssactl --help", c.args[0]);
	while (c.args[c.count] != NULL)
		c.count++;
	if (c.count < k->least || c.count > k->most || (l.options & ~k->options) != 0) {
		fprintf(stderr, "usage: ssactl %s%s%s %s\n", k->group, *k->group ? " " : "",
			k->name, k->arguments);
		return CTL_USAGE;
	}
	code = prepare(&c, &l);
	if (code == CTL_DONE)
		code = k->run(&c);
	redis_free(c.redis);
	return (int)code;
}
