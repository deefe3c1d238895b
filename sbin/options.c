#include "options.h"
#include "core/nearest.h"

#include <string.h>

#define PLACE(member) offsetof(struct ctl, member)

const struct option options_all[] = {
    {JSON, "--json", "", "print JSON", PLACE(json)},
    {RANDOM, "--random", "", "make a random password and print it once", PLACE(random)},
    {ALL, "--all", "", "all users", PLACE(all)},
    {ADDRESS, "--address", " ADDRESS", "by address, not by user", PLACE(address)},
    {WHERE, "--where", " QUERY", "the machines that GET /api/info?QUERY selects", PLACE(where)},
    {UNSET, "--unset", " FIELD", "remove a member", PLACE(values)},
    {FROM, "--from", " csv|json", "the input: CSV with a header row, or a JSON array of records",
     PLACE(from)},
    {KEY, "--key", " FIELD", "the field that identifies a machine (default: id)", PLACE(key)},
    {DEFAULT, "--default", " FIELD=TEXT", "a value for records that lack the field", PLACE(values)},
    {PRUNE, "--prune", "", "remove machines that are not in the input", PLACE(prune)},
    {DRY_RUN, "--dry-run", "", "show the changes without making them", PLACE(dry_run)},
    {DAYS, "--days", " N", "expire after N days", PLACE(days)},
    {MACHINES, "--machines", " ID...|none", "the token sees only these of the user's machines",
     PLACE(machines)},
    {DATA, "--data", " DIR", "the folder of users.json and machines.json; or set SSA_DATA_DIR",
     PLACE(data)},
    {HELP, "--help", "", "show this text, or help on one command", PLACE(help)},
    {VERSION, "--version", "", "print the version", PLACE(version)},
    {0, NULL, NULL, NULL, 0},
};

static const struct option *find(const char *word, size_t len)
{
	const char *names[sizeof options_all / sizeof options_all[0]] = {NULL}, *nearest;
	size_t count = 0;

	for (const struct option *o = options_all; o->bit != 0; o++) {
		if (strlen(o->name) == len && memcmp(o->name, word, len) == 0)
			return o;
		names[count++] = o->name;
	}
	nearest = nearest_of(word, names);
	ctl_end(CTL_USAGE,
		nearest ? "no such option: %s; the nearest is: %s" : "no such option: %s", word,
		nearest);
}

void options_read(struct ctl *c, char **words)
{
	size_t count = 0, values = 0;
	char **left = words;
	bool ended = false;

	while (words[count] != NULL)
		count++;
	c->args = words;
	c->values = ctl_allocate(count, sizeof *c->values);
	for (; *words != NULL; words++) {
		const char *word = strcmp(*words, "-h") == 0 ? "--help" : *words;
		if (ended || word[0] != '-' || (word[1] >= '0' && word[1] <= '9')) {
			*left++ = *words;
			continue;
		}
		ended = strcmp(word, "--") == 0;
		if (ended)
			continue;
		size_t len = strcspn(word, "=");
		const struct option *o = find(word, len);
		char *value = word[len] == '=' ? *words + len + 1 : NULL;
		if (*o->value == '\0' && value != NULL)
			ctl_end(CTL_USAGE, "%s takes no value", o->name);
		if (*o->value != '\0' && value == NULL && words[1] != NULL)
			value = *++words;
		if (*o->value != '\0' && (value == NULL || *value == '\0'))
			ctl_end(CTL_USAGE, "%s needs a value", o->name);
		if (o->place == PLACE(values)) {
			c->values[values++] = value;
		} else if (c->given & o->bit) {
			ctl_end(CTL_USAGE, "%s appears more than once", o->name);
		} else if (value == NULL) {
			*(bool *)(void *)((char *)c + o->place) = true;
		} else {
			*(const char **)(void *)((char *)c + o->place) = value;
		}
		c->given |= o->bit;
	}
	*left = NULL;
	c->count = (int)(left - c->args);
}

void options_usage(struct text *out, unsigned set)
{
	for (const struct option *o = options_all; o->bit != 0; o++)
		if (o->bit & set) {
			text_string(out, o->bit & REQUIRED ? " " : " [");
			text_string(out, o->name);
			text_string(out, o->value);
			text_string(out, o->bit & REQUIRED ? "" : "]");
		}
}
