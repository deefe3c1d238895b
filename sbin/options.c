#include "options.h"
#include "core/nearest.h"

#include <stdint.h>
#include <string.h>

#define WORDS SIZE_MAX /* as a place: the option and its value stay among the words */

const struct option options_all[OPTIONS_COUNT] = {
    {JSON, "--json", "", "a list as JSON", offsetof(struct ctl, json)},
    {RANDOM, "--random", "", "make a password, and print it once", offsetof(struct ctl, random)},
    {ALL, "--all", "", "of all users", offsetof(struct ctl, all)},
    {ADDRESS, "--address", " ADDRESS", "of an address", offsetof(struct ctl, address)},
    {WHERE, "--where", " QUERY", "the machines that GET /api/info?QUERY would list", WORDS},
    {UNSET, "--unset", " FIELD", "take a member away", WORDS},
    {FROM, "--from", " csv|json", "what is read: CSV with a header row, or an array of records",
     offsetof(struct ctl, from)},
    {KEY, "--key", " FIELD", "by which machines are found again; id unless told",
     offsetof(struct ctl, key)},
    {DEFAULT, "--default", " FIELD=TEXT", "a member that a record lacks", WORDS},
    {PRUNE, "--prune", "", "remove the machines that the source does not have",
     offsetof(struct ctl, prune)},
    {DRY_RUN, "--dry-run", "", "show the difference, and change nothing",
     offsetof(struct ctl, dry_run)},
    {DAYS, "--days", " N", "how long a token lives", offsetof(struct ctl, days)},
    {MACHINES, "--machines", " ID...|none", "the machines that a token sees, of its user's",
     offsetof(struct ctl, machines)},
    {DATA, "--data", " DIR", "the folder of users.json and machines.json; also SSA_DATA_DIR",
     offsetof(struct ctl, data)},
    {HELP, "--help", "", "this text, or that of one command", offsetof(struct ctl, help)},
    {VERSION, "--version", "", "the version of ssactl", offsetof(struct ctl, version)},
};

static enum exit_code no_option(const char *word)
{
	const char *names[OPTIONS_COUNT + 1] = {NULL};

	for (int i = 0; i < OPTIONS_COUNT; i++)
		names[i] = options_all[i].name;
	const char *nearest = nearest_of(word, names);
	if (nearest != NULL)
		return ctl_say(CTL_USAGE, "no such option: %s; the nearest is: %s", word, nearest);
	return ctl_say(CTL_USAGE, "no such option: %s", word);
}

/* Leaves an option, and its value if that is the next word, among the words. */
static enum exit_code keep_option(char **argv, int *i, int *count, const struct option *o)
{
	bool has_value = strchr(argv[*i], '=') != NULL;

	argv[(*count)++] = argv[*i];
	if (!has_value && argv[*i + 1] == NULL)
		return ctl_say(CTL_USAGE, "%s needs a value", o->name);
	if (!has_value)
		argv[(*count)++] = argv[++*i];
	return CTL_DONE;
}

/* Reads the option argv[*i], and its value, which is behind a `=` or the next word. */
static enum exit_code take_option(struct ctl *c, char **argv, int *i, int *count, unsigned *seen)
{
	const char *word = strcmp(argv[*i], "-h") == 0 ? "--help" : argv[*i], *value;
	size_t len = strcspn(word, "=");

	for (const struct option *o = options_all; o < options_all + OPTIONS_COUNT; o++) {
		if (strlen(o->name) != len || memcmp(o->name, word, len) != 0)
			continue;
		if (o->place == WORDS) {
			*seen |= o->bit;
			return keep_option(argv, i, count, o);
		}
		if (*seen & o->bit)
			return ctl_say(CTL_USAGE, "%s stands twice", o->name);
		*seen |= o->bit;
		if (*o->value == '\0') {
			if (word[len] == '=')
				return ctl_say(CTL_USAGE, "%s has no value", o->name);
			*(bool *)(void *)((char *)c + o->place) = true;
			return CTL_DONE;
		}
		value = word[len] == '=' ? word + len + 1 : argv[*i + 1] != NULL ? argv[++*i] : "";
		if (*value == '\0')
			return ctl_say(CTL_USAGE, "%s needs a value", o->name);
		*(const char **)(void *)((char *)c + o->place) = value;
		return CTL_DONE;
	}
	return no_option(word);
}

enum exit_code options_read(struct ctl *c, char **argv, unsigned *seen)
{
	bool only_words = false;
	int count = 0;

	for (int i = 1; argv[i] != NULL; i++) {
		const char *word = argv[i];
		enum exit_code code = CTL_DONE;
		if (only_words || word[0] != '-' || (word[1] >= '0' && word[1] <= '9'))
			argv[count++] = argv[i];
		else if (strcmp(word, "--") == 0)
			only_words = true;
		else
			code = take_option(c, argv, &i, &count, seen);
		if (code != CTL_DONE)
			return code;
	}
	argv[count] = NULL;
	return CTL_DONE;
}
