/* The commands that change machines.json: machine add, set, remove, edit. */
#include "assign.h"
#include "change.h"
#include "chosen.h"
#include "data/decimal.h"
#include "data/machines.h"
#include "data/splice.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One edit, as it was typed. */
struct typed {
	char **ids, **assignments; /* of each up to a NULL; unset_mark stands before a field */
	const char *where;
};

/* Stands before a field that is to be taken away. */
static char unset_mark[] = "--unset";

/* The value of an option that is the present word: behind its `=`, or the next word, which becomes
 * the present one. NULL: it is another word. */
static char *value_of(const char *option, char ***words)
{
	size_t len = strlen(option);

	if (**words == NULL || strncmp(**words, option, len) != 0)
		return NULL;
	if ((**words)[len] == '=')
		return **words + len + 1;
	return (**words)[len] == '\0' ? *++*words : NULL;
}

/* The words of one edit: ids, assignments, --unset FIELD and --where QUERY. */
static enum exit_code read_words(struct typed *o, char **words)
{
	size_t count = 0, ids = 0, assignments = 0;

	while (words[count] != NULL)
		count++;
	*o = (struct typed){.ids = calloc(count + 1, sizeof *o->ids),
			    .assignments = calloc(2 * count + 1, sizeof *o->assignments)};
	if (o->ids == NULL || o->assignments == NULL)
		return ctl_say(CTL_FAILED, "out of memory");
	for (; *words != NULL; words++) {
		char *unset = value_of("--unset", &words), *where = value_of("--where", &words);
		/* An empty query is all machines, but perhaps only a variable that is not set. */
		if (*words == NULL || (where != NULL && *where == '\0'))
			return ctl_say(CTL_USAGE, "--unset and --where need a value");
		if (where != NULL && o->where != NULL)
			return ctl_say(CTL_USAGE, "--where stands twice");
		if (where != NULL) {
			o->where = where;
		} else if (unset != NULL) {
			o->assignments[assignments++] = unset_mark;
			o->assignments[assignments++] = unset;
		} else if (strchr(*words, '=') != NULL) {
			o->assignments[assignments++] = *words;
		} else {
			o->ids[ids++] = *words;
		}
	}
	if (ids > 0 && o->where != NULL)
		return ctl_say(CTL_USAGE, "name machines by ids or by --where, not by both");
	return CTL_DONE;
}

static void free_words(struct typed *o)
{
	free(o->ids);
	free(o->assignments);
}

static enum exit_code choose(struct chosen *to, struct change *h, const struct typed *o)
{
	if (o->ids[0] == NULL && o->where == NULL) {
		*to = (struct chosen){0};
		return ctl_say(CTL_USAGE, "name machines by ids or by --where");
	}
	enum exit_code code = o->where != NULL ? chosen_by_query(to, &h->table, o->where)
					       : chosen_by_ids(to, &h->table, o->ids);
	chosen_sort(to);
	if (code == CTL_DONE && to->count == 0)
		return ctl_say(CTL_NO, "no machine matches");
	return code;
}

/* Makes the assignments on a record, and checks the rules. */
static enum exit_code assign(struct text *record, char **assignments)
{
	char why[ASSIGN_WHY_SIZE];

	for (; *assignments != NULL; assignments++) {
		struct span now = {record->at, record->len};
		struct text next = {0};
		bool unset = *assignments == unset_mark && assignments[1] != NULL;
		bool done = unset ? assign_json(&next, now, span_of(*++assignments),
						(struct span){NULL, 0}, why)
				  : assign_word(&next, &machines_kind, now, *assignments, why);
		text_free(record);
		*record = next;
		if (!done)
			return ctl_say(CTL_USAGE, "%s", why);
	}
	if (record->failed)
		return ctl_say(CTL_FAILED, "out of memory");
	if (assign_faults(&machines_kind, (struct span){record->at, record->len}, why))
		return ctl_say(CTL_USAGE, "the record could not be used: %s", why);
	return CTL_DONE;
}

/* An id that was changed must not be there before. */
static enum exit_code check_id(const struct table *t, size_t place)
{
	struct span id = chosen_key(t, place);

	for (size_t i = 0; i < t->count; i++)
		if (i != place && decimal_compare(chosen_key(t, i), id) == 0)
			return ctl_say(CTL_NO, "another machine has the id %.*s", (int)id.len,
				       id.at);
	return CTL_DONE;
}

/* Writes the file with the chosen records changed. `moved`: the places whose id is another now. */
static enum exit_code set_all(struct ctl *c, struct change *h, const struct chosen *chosen,
			      char **assignments, struct chosen *moved)
{
	enum exit_code code = CTL_DONE;
	struct text next = {0};
	const char *from = h->now.at;

	for (size_t i = 0; i < chosen->count && code == CTL_DONE; i++) {
		struct span old = table_text(&h->table, chosen->places[i]), id;
		struct text record = {0};
		text_add(&record, old.at, old.len);
		code = assign(&record, assignments);
		struct span new = {record.at, record.len};
		if (code == CTL_DONE) {
			struct span before = chosen_key(&h->table, chosen->places[i]);
			if (assign_find(new, span_of("id"), &id) &&
			    !span_is(id, before.at, before.len))
				moved->places[moved->count++] = chosen->places[i];
			if (!span_is(new, old.at, old.len))
				change_show(c, old, new);
			text_add(&next, from, (size_t)(old.at - from));
			text_add(&next, new.at, new.len);
			from = old.at + old.len;
		}
		text_free(&record);
	}
	if (code != CTL_DONE) {
		text_free(&next);
		return code;
	}
	text_add(&next, from, h->now.len - (size_t)(from - h->now.at));
	return change_step(h, next);
}

static enum exit_code set(struct ctl *c, struct change *h, const struct typed *o)
{
	struct chosen chosen, moved = {0};

	if (o->assignments[0] == NULL)
		return ctl_say(CTL_USAGE,
			       "nothing to set: field=text, field:=JSON or --unset field");
	enum exit_code code = choose(&chosen, h, o);
	moved.places = malloc((chosen.count + 1) * sizeof *moved.places);
	if (code == CTL_DONE)
		code = moved.places != NULL ? set_all(c, h, &chosen, o->assignments, &moved)
					    : ctl_say(CTL_FAILED, "out of memory");
	for (size_t i = 0; i < moved.count && code == CTL_DONE; i++)
		code = check_id(&h->table, moved.places[i]);
	chosen_free(&moved);
	chosen_free(&chosen);
	return code;
}

static enum exit_code remove_machines(struct ctl *c, struct change *h, const struct typed *o)
{
	struct chosen chosen;

	if (o->assignments[0] != NULL)
		return ctl_say(CTL_USAGE, "not an id, which is a number: %s", o->assignments[0]);
	enum exit_code code = choose(&chosen, h, o);
	for (size_t i = 0; i < chosen.count && code == CTL_DONE; i++)
		change_show(c, table_text(&h->table, chosen.places[i]), (struct span){NULL, 0});
	/* From the last one on, so that the places of the others stay. */
	for (size_t i = chosen.count; i > 0 && code == CTL_DONE; i--) {
		struct text next = {0};
		splice_remove(&next, change_text(h), table_text(&h->table, chosen.places[i - 1]));
		code = change_step(h, next);
	}
	chosen_free(&chosen);
	return code;
}

static enum exit_code add_machine(struct ctl *c, struct change *h, const struct typed *o)
{
	struct text record = {0}, next = {0};
	struct span id;

	if (o->ids[0] != NULL || o->where != NULL)
		return ctl_say(CTL_USAGE, "no assignment, which is field=text or field:=JSON: %s",
			       o->ids[0] ? o->ids[0] : "--where");
	text_string(&record, "{\"id\": ");
	text_number(&record, chosen_next_id(&h->table));
	text_string(&record, "}");
	enum exit_code code = assign(&record, o->assignments);
	struct span new = {record.at, record.len};
	if (code == CTL_DONE && assign_find(new, span_of("id"), &id)) {
		change_show(c, (struct span){NULL, 0}, new);
		splice_append(&next, change_text(h), new);
		code = change_step(h, next);
	}
	if (code == CTL_DONE)
		code = check_id(&h->table, h->table.count - 1);
	text_free(&record);
	return code;
}

typedef enum exit_code edit_function(struct ctl *c, struct change *h, const struct typed *o);

static enum exit_code edit_words(struct ctl *c, struct change *h, edit_function *edit, char **words)
{
	struct typed o;
	enum exit_code code = read_words(&o, words);

	if (code == CTL_DONE && o.ids != NULL)
		code = edit(c, h, &o);
	free_words(&o);
	return code;
}

/* Does one edit, and writes the file. */
static enum exit_code one_edit(struct ctl *c, edit_function *edit)
{
	struct change h;
	enum exit_code code = change_begin(c, &h, &machines_kind);

	if (code == CTL_DONE)
		code = edit_words(c, &h, edit, c->args);
	if (code == CTL_DONE && !c->dry_run)
		code = change_commit(&h);
	change_end(&h);
	return code;
}

enum exit_code cmd_machine_add(struct ctl *c)
{
	return one_edit(c, add_machine);
}

enum exit_code cmd_machine_set(struct ctl *c)
{
	return one_edit(c, set);
}

enum exit_code cmd_machine_remove(struct ctl *c)
{
	return one_edit(c, remove_machines);
}

/* One line: add, set or remove, and what would follow on the command line. */
static enum exit_code edit_line(struct ctl *c, struct change *h, char **words)
{
	static const struct {
		const char *name;
		edit_function *edit;
	} edits[] = {{"add", add_machine}, {"set", set}, {"remove", remove_machines}};

	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++)
		if (strcmp(words[0], edits[i].name) == 0)
			return edit_words(c, h, edits[i].edit, words + 1);
	return ctl_say(CTL_USAGE, "a line begins with add, set or remove, not with %s", words[0]);
}

enum exit_code cmd_machine_edit(struct ctl *c)
{
	struct change h;
	enum exit_code code = change_begin(c, &h, &machines_kind);
	char *line = NULL, **words;
	size_t size = 0;

	for (long number = 1; code == CTL_DONE && getline(&line, &size, stdin) >= 0; number++) {
		words = words_split(line);
		if (words == NULL)
			code = ctl_say(CTL_USAGE, "a quote without its end");
		else if (words[0] != NULL && words[0][0] != '#')
			code = edit_line(c, &h, words);
		free(words);
		if (code != CTL_DONE)
			ctl_say(code, "line %ld; nothing was changed", number);
	}
	free(line);
	if (code == CTL_DONE && ferror(stdin))
		code = ctl_say(CTL_FAILED, "cannot read the edits");
	if (code == CTL_DONE && !c->dry_run)
		code = change_commit(&h);
	change_end(&h);
	return code;
}
