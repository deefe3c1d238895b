/* The commands that look at machines: machine list, machine show. */
#include "chosen.h"
#include "core/json.h"
#include "data/machines.h"
#include "listing.h"
#include "ssactl.h"

#include <stdio.h>
#include <string.h>

static bool open_machines(struct ctl *c, struct machines *m)
{
	if (machines_open(m, c->config.data_dir, false) && machines_refresh(m))
		return true;
	ctl_say(CTL_FAILED, "%s/machines.json: %s", c->config.data_dir,
		m->records.fault ? m->records.fault : "its path is too long");
	machines_close(m);
	return false;
}

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
static bool print_records(const struct table *t, const struct chosen *chosen)
{
	bool written = fputs("[", stdout) >= 0;

	for (size_t i = 0; i < chosen->count && written; i++) {
		struct span record = table_text(t, chosen->places[i]);
		written = fputs(i > 0 ? ",\n " : "\n ", stdout) >= 0 &&
			  fwrite(record.at, 1, record.len, stdout) == record.len;
	}
	return written && fputs(chosen->count > 0 ? "\n]\n" : "]\n", stdout) >= 0 &&
	       fflush(stdout) == 0;
}

enum exit_code cmd_machine_list(struct ctl *c)
{
	struct listing l = {.columns = {"id", "name", "status", "GPU", "cpus", "mem", "ip"}};
	struct chosen chosen;
	struct machines m;

	if (!open_machines(c, &m))
		return CTL_FAILED;
	enum exit_code code =
	    chosen_by_query(&chosen, &m.records.table, c->args[0] ? c->args[0] : "");
	if (code == CTL_DONE && c->json) {
		if (!print_records(&m.records.table, &chosen))
			code = ctl_say(CTL_FAILED, "cannot write the machines");
	} else if (code == CTL_DONE) {
		for (size_t i = 0; i < chosen.count; i++)
			list_machine(&l, table_text(&m.records.table, chosen.places[i]));
		if (!listing_print(&l, false))
			code = ctl_say(CTL_FAILED, "cannot write the machines");
	}
	chosen_free(&chosen);
	machines_close(&m);
	return code;
}

/* A row for each member. */
static enum exit_code print_members(struct span record)
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
	return listing_print(&l, false) ? CTL_DONE
					: ctl_say(CTL_FAILED, "cannot write the machine");
}

enum exit_code cmd_machine_show(struct ctl *c)
{
	enum exit_code code = CTL_NO;
	struct chosen chosen;
	struct machines m;

	if (!open_machines(c, &m))
		return CTL_FAILED;
	code = chosen_by_ids(&chosen, &m.records.table, c->args);
	if (code == CTL_DONE && c->json)
		code = print_records(&m.records.table, &chosen)
			   ? CTL_DONE
			   : ctl_say(CTL_FAILED, "cannot write the machine");
	else if (code == CTL_DONE)
		code = print_members(table_text(&m.records.table, chosen.places[0]));
	chosen_free(&chosen);
	machines_close(&m);
	return code;
}
