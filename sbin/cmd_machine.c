/* The commands that look at machines: machine list, machine show. */
#include "chosen.h"
#include "command.h"
#include "core/json.h"
#include "data/machines.h"
#include "data/splice.h"
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>

/* Adds a cell: a string decoded, any other value as written. */
static void list_value(struct listing *l, struct span value)
{
	bool string = value.at != NULL && *value.at == '"';
	char *text = string ? ctl_decode(value) : NULL;

	if (string)
		listing_text(l, text);
	else
		listing_value(l, value.at, value.len);
	free(text);
}

static void list_machine(struct listing *l, struct span record)
{
	struct splice_found found;

	for (const char **column = l->columns; *column != NULL; column++)
		list_value(l, splice_find(record, span_of(*column), &found)
				  ? found.value
				  : (struct span){NULL, 0});
}

/* Writes the records as they are in the file. */
static void print_records(const struct table *t, const struct chosen *chosen)
{
	putchar('[');
	for (size_t i = 0; i < chosen->count; i++) {
		struct span record = table_text(t, chosen->places[i]);
		fputs(i > 0 ? ",\n " : "\n ", stdout);
		fwrite(record.at, 1, record.len, stdout);
	}
	puts(chosen->count > 0 ? "\n]" : "]");
}

static enum exit_code list(struct ctl *c)
{
	struct listing l = {.columns = {"id", "name", "status", "GPU", "cpus", "mem", "ip"}};
	struct machines m;

	ctl_open_machines(c, &m);
	struct chosen chosen =
	    chosen_by_query(&m.records.table, c->count > 0 ? c->args[0] : "", false);
	if (c->json) {
		print_records(&m.records.table, &chosen);
	} else {
		for (size_t i = 0; i < chosen.count; i++)
			list_machine(&l, table_text(&m.records.table, chosen.places[i]));
		listing_print(&l, false);
	}
	free(chosen.places);
	records_close(&m.records);
	return CTL_DONE;
}

/* A row for each member. */
static void print_members(struct span record)
{
	struct listing l = {.columns = {"field", "value"}};
	struct span name, value;
	struct scan s;

	scan_into(&s, record, '{');
	while (scan_next(&s, &name) && scan_value(&s, &value)) {
		list_value(&l, (struct span){name.at - 1, name.len + 2});
		list_value(&l, value);
	}
	listing_print(&l, false);
}

static enum exit_code show(struct ctl *c)
{
	struct machines m;

	ctl_open_machines(c, &m);
	struct chosen chosen = chosen_by_ids(&m.records.table, c->args);
	if (c->json)
		print_records(&m.records.table, &chosen);
	else
		print_members(table_text(&m.records.table, chosen.places[0]));
	free(chosen.places);
	records_close(&m.records);
	return CTL_DONE;
}

const struct command cmd_machine[] = {
    {"machine list", "[QUERY]", "list the machines that GET /api/info?QUERY selects", 0, 1, JSON,
     FILES, list},
    {"machine show", "ID", "show one machine", 1, 1, JSON, FILES, show},
    {0},
};
