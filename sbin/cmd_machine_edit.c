/* The commands that change machines.json: machine add, set, remove, edit. */
#include "assign.h"
#include "change.h"
#include "chosen.h"
#include "command.h"
#include "data/machines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of one edit, each list up to a NULL. */
struct edit_words {
	char **ids, **assignments;
};

static struct edit_words read_words(const struct ctl *c)
{
	struct edit_words w = {ctl_allocate((size_t)c->count, sizeof *w.ids),
			       ctl_allocate((size_t)c->count, sizeof *w.assignments)};
	char **id = w.ids, **assignment = w.assignments;

	for (char **word = c->args; *word != NULL; word++)
		if (strchr(*word, '=') != NULL)
			*assignment++ = *word;
		else
			*id++ = *word;
	return w;
}

static struct chosen choose(const struct ctl *c, struct change *h, const struct edit_words *w)
{
	if ((w->ids[0] != NULL) == (c->where != NULL))
		ctl_end(CTL_USAGE, c->where != NULL
				       ? "name machines by ids or by --where, not by both"
				       : "name machines by ids or by --where");
	struct chosen chosen = c->where != NULL ? chosen_by_query(&h->table, c->where, true)
						: chosen_by_ids(&h->table, w->ids);
	if (chosen.count == 0)
		ctl_end(CTL_NO, "no machine matches");
	return chosen;
}

/* Removes the members of --unset, makes the assignments, and checks the rules. */
static struct text assign(const struct ctl *c, struct span record, char *const words[])
{
	struct assign a = {.kind = &machines_kind};
	bool good = true;

	text_add(&a.record, record.at, record.len);
	ctl_text(&a.record);
	for (char **field = c->values; *field != NULL && good; field++)
		good = assign_json(&a, span_of(*field), true, (struct span){NULL, 0});
	for (; *words != NULL && good; words++)
		good = assign_word(&a, *words);
	if (!good)
		ctl_end(CTL_USAGE, "%s", a.why);
	if (!assign_is_good(&a))
		ctl_end(CTL_USAGE, "the record could not be used: %s", a.why);
	return a.record;
}

static void set(const struct ctl *c, struct change *h, const struct edit_words *w)
{
	if (w->assignments[0] == NULL && c->values[0] == NULL)
		ctl_end(CTL_USAGE, "nothing to set: field=text, field:=JSON or --unset field");
	struct chosen chosen = choose(c, h, w);
	for (size_t i = 0; i < chosen.count; i++)
		change_put(h, chosen.places[i],
			   assign(c, table_text(&h->table, chosen.places[i]), w->assignments));
	free(chosen.places);
}

static void drop(const struct ctl *c, struct change *h, const struct edit_words *w)
{
	if (w->assignments[0] != NULL)
		ctl_end(CTL_USAGE, "an id must be a number: %s", w->assignments[0]);
	struct chosen chosen = choose(c, h, w);
	for (size_t i = 0; i < chosen.count; i++)
		change_drop(h, chosen.places[i]);
	free(chosen.places);
}

static void add(const struct ctl *c, struct change *h, const struct edit_words *w)
{
	struct text record = {0};

	if (w->ids[0] != NULL)
		ctl_end(CTL_USAGE, "not an assignment: write field=text or field:=JSON: %s",
			w->ids[0]);
	text_string(&record, "{\"id\": ");
	text_number(&record, chosen_next_id(&h->table));
	text_string(&record, "}");
	change_add(h, assign(c, ctl_text(&record), w->assignments));
	text_free(&record);
}

static const struct edit_kind {
	const char *name;
	unsigned options;
	void (*edit)(const struct ctl *c, struct change *h, const struct edit_words *w);
} kinds[] = {{"add", 0, add}, {"set", WHERE | UNSET, set}, {"remove", WHERE, drop}};

/* Does the edit with this name. `more`: what is allowed beside its own options. */
static void edit(const struct ctl *c, struct change *h, const char *name, unsigned more)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(name, kinds[i].name) != 0)
			continue;
		if (c->given & ~(kinds[i].options | more))
			ctl_end(CTL_USAGE, "%s has no such option", name);
		struct edit_words w = read_words(c);
		kinds[i].edit(c, h, &w);
		free(w.ids);
		free(w.assignments);
		return;
	}
	ctl_end(CTL_USAGE, "a line begins with add, set or remove, not with %s", name);
}

/* machine add, set and remove. */
static enum exit_code edit_once(struct ctl *c)
{
	struct change h;

	change_begin(&h, c, &machines_kind);
	edit(c, &h, c->command->name + strlen("machine "), EVERYWHERE | DRY_RUN);
	change_finish(&h);
	return CTL_DONE;
}

/* Removes the quotes from the word at *at, ends it, and moves *at behind it. */
static void end_word(char **at)
{
	char *from = *at, *to = *at, quote = '\0';

	for (; *from != '\0' && (quote != '\0' || strchr(" \t", *from) == NULL); from++)
		if (*from == quote)
			quote = '\0';
		else if (quote == '\0' && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from != '\\' || quote == '\'' ||
			 (quote == '"' && !strchr("\"\\$`", from[1])))
			*to++ = *from;
		else if (from[1] == '\0')
			ctl_end(CTL_USAGE, "a backslash at the end of the line");
		else
			*to++ = *++from;
	*at = *from != '\0' ? from + 1 : from;
	*to = '\0';
	if (quote != '\0')
		ctl_end(CTL_USAGE, "a quote that is not closed");
}

/* Splits a line in place at its spaces and tabs, with the quotes and the backslash of POSIX ("Shell
 * Command Language", 2.2). Returns the words up to a NULL, which the caller frees. */
static char **split_words(char *line)
{
	/* Two words have at least one character and a space. */
	char **words = ctl_allocate(strlen(line) / 2 + 1, sizeof *words);
	size_t count = 0;

	for (char *at = line; *(at += strspn(at, " \t")) != '\0';) {
		words[count++] = at;
		end_word(&at);
	}
	return words;
}

/* Each line: add, set or remove, and what would follow on the command line. */
static enum exit_code edit_lines(struct ctl *c)
{
	struct change h;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	change_begin(&h, c, &machines_kind);
	for (long number = 1; (len = getline(&line, &size, stdin)) >= 0; number++) {
		struct ctl one = {.dry_run = c->dry_run};
		bool mark = number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0;
		char *text = line + (mark ? strlen("\xef\xbb\xbf") : 0);
		ctl_at_line(number);
		while (len > 0 && strchr("\r\n", line[len - 1]) != NULL)
			line[--len] = '\0';
		if (strcspn(line, "\r\n") < (size_t)len)
			ctl_end(CTL_USAGE, "a NUL or a CR within the line");
		if (text[strspn(text, " \t")] == '#')
			continue;
		char **words = split_words(text);
		if (words[0] != NULL) {
			options_read(&one, words + 1);
			edit(&one, &h, words[0], 0);
			change_apply(&h);
			free(one.values);
		}
		free(words);
	}
	ctl_at_line(0);
	free(line);
	if (ferror(stdin))
		ctl_end(CTL_FAILED, "cannot read the edits");
	change_finish(&h);
	return CTL_DONE;
}

const struct command cmd_machine_edit[] = {
    {"machine add", "FIELD=TEXT|FIELD:=JSON...", "add a machine", 1, INT_MAX, DRY_RUN, FILES,
     edit_once},
    {"machine set", "[ID...] FIELD=TEXT|FIELD:=JSON...", "change machines", 0, INT_MAX,
     WHERE | UNSET | DRY_RUN, FILES, edit_once},
    {"machine remove", "[ID...]", "remove machines", 0, INT_MAX, WHERE | DRY_RUN, FILES, edit_once},
    {"machine edit", "", "apply add, set and remove lines from stdin, all or none", 0, 0, DRY_RUN,
     FILES, edit_lines},
    {0},
};
