/* The commands that look at machines: machine list, machine show. */
#include "chosen.h"
#include "command.h"
#include "core/json.h"
#include "data/machines.h"
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>

static void list_value(struct listing *l, const struct json_field *f)
{
	char text[1024];

	if (f->state == JSON_PRESENT && *f->value.at == '"' &&
	    json_decode(f->value, text, sizeof text) == JSON_DECODED)
		listing_text(l, text);
	else
		listing_value(l, f->state == JSON_ABSENT ? NULL : f->value.at, f->value.len);
}

static void list_machine(struct listing *l, struct span record)
{
	struct json_field f[] = {JSON_FIELD("id", JSON_NUMBER),     JSON_FIELD("name", JSON_STRING),
				 JSON_FIELD("status", JSON_STRING), JSON_FIELD("GPU", JSON_STRING),
				 JSON_FIELD("cpus", JSON_NUMBER),   JSON_FIELD("mem", JSON_NUMBER),
				 JSON_FIELD("ip", JSON_STRING)};
	enum { FIELDS = sizeof f / sizeof f[0] };
	struct scan s;

	scan_begin(&s, record.at, record.len, SCAN_DEPTH_MAX - 1);
	json_object(&s, f, FIELDS); /* the record was checked when the file was read */
	for (int i = 0; i < FIELDS; i++)
		list_value(l, &f[i]);
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
	ctl_flush();
}

static enum exit_code list(struct ctl *c)
{
	struct listing l = {.columns = {"id", "name", "status", "GPU", "cpus", "mem", "ip"}};
	struct machines m;

	ctl_open_machines(c, &m);
	struct chosen chosen = chosen_by_query(&m.records.table, c->count > 0 ? c->args[0] : "");
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
	struct span name;
	struct scan s;
	char text[1024];

	scan_begin(&s, record.at, record.len, SCAN_DEPTH_MAX - 1);
	scan_enter(&s, '{');
	while (scan_next(&s, &name)) {
		struct json_field f = {.state = JSON_PRESENT};
		struct span written = {name.at - 1, name.len + 2};
		if (!scan_value(&s, &f.value))
			break;
		listing_text(&l,
			     json_decode(written, text, sizeof text) == JSON_DECODED ? text : "");
		list_value(&l, &f);
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
