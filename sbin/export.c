/* The command export: the machines of the file, for other programs. */
#include "core/json.h"
#include "core/text.h"
#include "data/machines.h"
#include "ssactl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MAX_BYTES = 256, EXPORTER_PORT = 9100 };

/* A machine, as the formats need it. */
struct machine {
	size_t place;
	char name[FIELD_MAX_BYTES]; /* its "name", or if there is none, its id */
	char status[FIELD_MAX_BYTES], gpu[FIELD_MAX_BYTES], ip[FIELD_MAX_BYTES];
	struct span id, cpus, mem, gpus; /* as written; gpus.at NULL: not there */
};

static bool is_word(const char *text)
{
	return *text != '\0' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789._-") == strlen(text) &&
	       text[0] != '-';
}

static bool is_address(const char *text)
{
	struct in6_addr ip6;
	struct in_addr ip4;

	return inet_pton(AF_INET, text, &ip4) == 1 || inet_pton(AF_INET6, text, &ip6) == 1 ||
	       is_word(text);
}

static void decode(struct span value, char out[static FIELD_MAX_BYTES])
{
	if (json_decode(value, out, FIELD_MAX_BYTES) != JSON_DECODED)
		out[0] = '\0';
}

static bool read_machine(const struct machines *m, size_t i, struct machine *to)
{
	enum { ID, CPUS, MEM, STATUS, GPU, IP, NAME, GPUS, FIELDS };
	struct json_field f[FIELDS] = {
	    [ID] = JSON_FIELD("id", JSON_NUMBER),     [CPUS] = JSON_FIELD("cpus", JSON_NUMBER),
	    [MEM] = JSON_FIELD("mem", JSON_NUMBER),   [STATUS] = JSON_FIELD("status", JSON_STRING),
	    [GPU] = JSON_FIELD("GPU", JSON_STRING),   [IP] = JSON_FIELD("ip", JSON_STRING),
	    [NAME] = JSON_FIELD("name", JSON_STRING), [GPUS] = JSON_FIELD("gpus", JSON_NUMBER)};
	struct span record = records_text(&m->records, i);
	struct scan s;

	*to = (struct machine){.place = i};
	scan_begin(&s, record.at, record.len, SCAN_DEPTH_MAX - 1);
	if (!json_object(&s, f, FIELDS))
		return false;
	to->id = f[ID].value;
	to->cpus = f[CPUS].value;
	to->mem = f[MEM].value;
	decode(f[STATUS].value, to->status);
	decode(f[GPU].value, to->gpu);
	decode(f[IP].value, to->ip);
	if (f[GPUS].state == JSON_PRESENT)
		to->gpus = f[GPUS].value;
	if (f[NAME].state == JSON_PRESENT)
		decode(f[NAME].value, to->name);
	else if (to->id.len < FIELD_MAX_BYTES)
		memcpy(to->name, to->id.at, to->id.len);
	return true;
}

/* In the formats that are lines, a strange name could become a line of its own. So such machines
 * are left out, and stderr says so. */
static bool is_plain(const struct machine *m)
{
	if (is_word(m->name) && is_address(m->ip))
		return true;
	ctl_say(CTL_NO,
		"left out: record %zu of machines.json: its %s has other characters than"
		" A-Z a-z 0-9 . _ -",
		m->place, is_word(m->name) ? "ip" : "name");
	return false;
}

/* A group's name in Ansible has letters, digits and _. */
static void add_group(struct text *out, const char *status)
{
	text_string(out, "status_");
	for (; *status != '\0'; status++) {
		bool good = (*status >= 'a' && *status <= 'z') ||
			    (*status >= 'A' && *status <= 'Z') ||
			    (*status >= '0' && *status <= '9');
		text_add(out, good ? status : "_", 1);
	}
}

/* Whether an earlier machine has the same group. */
static bool is_first(const struct machines *m, const struct machine *to)
{
	struct text group = {0}, other = {0};
	struct machine earlier;
	bool first = true;

	add_group(&group, to->status);
	for (size_t i = 0; first && i < to->place; i++) {
		other.len = 0;
		if (read_machine(m, i, &earlier)) {
			add_group(&other, earlier.status);
			first =
			    other.len != group.len || memcmp(other.at, group.at, group.len) != 0;
		}
	}
	text_free(&group);
	text_free(&other);
	return first;
}

static void ansible(const struct machines *m, const struct machine *to, struct text *out)
{
	struct machine other;

	if (to->place == 0) {
		text_string(out, "[machines]\n");
		for (size_t i = 0; i < m->records.table.count; i++)
			if (read_machine(m, i, &other) && is_plain(&other)) {
				text_string(out, other.name);
				text_string(out, " ansible_host=");
				text_string(out, other.ip);
				text_string(out, "\n");
			}
	}
	if (!is_first(m, to))
		return;
	text_string(out, "\n[");
	add_group(out, to->status);
	text_string(out, "]\n");
	for (size_t i = to->place; i < m->records.table.count; i++)
		if (read_machine(m, i, &other) && strcmp(other.status, to->status) == 0 &&
		    is_word(other.name) && is_address(other.ip)) {
			text_string(out, other.name);
			text_string(out, "\n");
		}
}

static void ssh(const struct machines *m, const struct machine *to, struct text *out)
{
	(void)m;
	if (!is_plain(to))
		return;
	text_string(out, "Host ");
	text_string(out, to->name);
	text_string(out, "\n    HostName ");
	text_string(out, to->ip);
	text_string(out, "\n");
}

/* https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config */
static void file_sd(const struct machines *m, const struct machine *to, struct text *out)
{
	struct text target = {0};

	text_string(&target, strchr(to->ip, ':') ? "[" : "");
	text_string(&target, to->ip);
	text_string(&target, strchr(to->ip, ':') ? "]:" : ":");
	text_number(&target, EXPORTER_PORT);
	text_add(&target, "", 1);
	text_string(out, to->place == 0 ? "[\n" : ",\n");
	text_string(out, " {\"targets\":[");
	text_json(out, target.failed ? "" : target.at);
	text_string(out, "],\"labels\":{\"name\":");
	text_json(out, to->name);
	text_string(out, ",\"status\":");
	text_json(out, to->status);
	text_string(out, ",\"gpu\":");
	text_json(out, to->gpu);
	text_string(out, "}}");
	if (to->place + 1 == m->records.table.count)
		text_string(out, "\n]\n");
	text_free(&target);
}

/* RFC 4180. A spreadsheet runs a text that looks like a formula (OWASP, "CSV Injection"), so that
 * gets a '. */
static void add_csv(struct text *out, const char *text, const char *after)
{
	bool quotes = strpbrk(text, "\",\r\n") != NULL;

	text_string(out, quotes ? "\"" : "");
	text_string(out, *text != '\0' && strchr("=+-@\t\r", *text) ? "'" : "");
	for (; *text != '\0'; text++)
		text_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	text_string(out, quotes ? "\"" : "");
	text_string(out, after);
}

static void csv(const struct machines *m, const struct machine *to, struct text *out)
{
	(void)m;
	if (to->place == 0)
		text_string(out, "id,name,status,GPU,cpus,mem,ip\r\n");
	text_add(out, to->id.at, to->id.len);
	text_string(out, ",");
	add_csv(out, to->name, ",");
	add_csv(out, to->status, ",");
	add_csv(out, to->gpu, ",");
	text_add(out, to->cpus.at, to->cpus.len);
	text_string(out, ",");
	text_add(out, to->mem.at, to->mem.len);
	text_string(out, ",");
	add_csv(out, to->ip, "\r\n");
}

/* The text format of Prometheus, for node_exporter's textfile collector: one line a machine. */
static void add_metric(struct text *out, const char *name, const struct machine *to,
		       struct span value)
{
	const struct {
		const char *label, *text;
	} labels[] = {{"{name=\"", to->name}, {"\",status=\"", to->status}, {"\",gpu=\"", to->gpu}};

	text_string(out, name);
	for (size_t i = 0; i < 3; i++) {
		text_string(out, labels[i].label);
		for (const char *c = labels[i].text; *c != '\0'; c++) {
			text_string(out, *c == '\\' || *c == '"' || *c == '\n' ? "\\" : "");
			text_add(out, *c == '\n' ? "n" : c, 1);
		}
	}
	text_string(out, "\"} ");
	text_add(out, value.at, value.len);
	text_string(out, "\n");
}

static void metrics(const struct machines *m, const struct machine *to, struct text *out)
{
	static const char *const names[] = {"ssa_machine_cpus", "ssa_machine_memory_bytes",
					    "ssa_machine_gpus"};
	struct machine other;

	if (to->place > 0)
		return;
	/* All lines of a metric stand together. */
	for (int i = 0; i < 3; i++) {
		text_string(out, "# TYPE ");
		text_string(out, names[i]);
		text_string(out, " gauge\n");
		for (size_t j = 0; j < m->records.table.count; j++)
			if (read_machine(m, j, &other)) {
				struct span gpus =
				    other.gpus.at ? other.gpus : span_of(other.gpu[0] ? "1" : "0");
				add_metric(out, names[i], &other,
					   i == 0   ? other.cpus
					   : i == 1 ? other.mem
						    : gpus);
			}
	}
}

static const struct format {
	const char *name;
	const char *empty; /* the output if there is no machine */
	void (*write)(const struct machines *m, const struct machine *to, struct text *out);
} formats[] = {
    {"ansible", "[machines]\n", ansible},
    {"ssh", "", ssh},
    {"file_sd", "[]\n", file_sd},
    {"csv", "id,name,status,GPU,cpus,mem,ip\r\n", csv},
    {"metrics", "", metrics},
};

enum exit_code ctl_export(struct ctl *c)
{
	const struct format *format = NULL;
	struct text out = {0};
	struct machine machine;
	struct machines m;

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(c->args[0], formats[i].name) == 0)
			format = &formats[i];
	if (format == NULL)
		return ctl_say(CTL_USAGE, "no such format: %s", c->args[0]);
	if (!machines_open(&m, c->config.data_dir, false) || !machines_refresh(&m)) {
		ctl_say(CTL_FAILED, "%s/machines.json: %s", c->config.data_dir,
			m.records.fault ? m.records.fault : "its path is too long");
		machines_close(&m);
		return CTL_FAILED;
	}
	if (m.records.table.count == 0)
		text_string(&out, format->empty);
	for (size_t i = 0; i < m.records.table.count; i++)
		if (read_machine(&m, i, &machine))
			format->write(&m, &machine, &out);
	bool written = !out.failed && fwrite(out.at ? out.at : "", 1, out.len, stdout) == out.len &&
		       fflush(stdout) == 0;
	text_free(&out);
	machines_close(&m);
	return written ? CTL_DONE : ctl_say(CTL_FAILED, "cannot write it");
}
