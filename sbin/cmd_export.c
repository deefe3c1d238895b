/* The command export: the machines of the file, for other programs. */
#include "core/nearest.h"
#include "csv.h"
#include "pool.h"
#include "ssactl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { EXPORTER_PORT = 9100 };

/* A group's name in Ansible has letters, digits and _. Two statuses may give one name. */
static void take_group(const struct machine *m, char key[static POOL_TEXT_SIZE])
{
	size_t len = (size_t)snprintf(key, POOL_TEXT_SIZE, "status_%.240s", m->status);

	for (size_t i = 0; i < len; i++)
		if (!((key[i] >= 'a' && key[i] <= 'z') || (key[i] >= 'A' && key[i] <= 'Z') ||
		      (key[i] >= '0' && key[i] <= '9')))
			key[i] = '_';
}

static void ansible(struct pool *p)
{
	struct machine m;

	pool_keep_plain(p);
	struct key *groups = pool_sorted(p, take_group);
	text_string(&p->out, "[machines]\n");
	for (size_t i = 0; i < p->count; i++) {
		pool_read(p->m, p->places[i], &m);
		text_string(&p->out, m.name);
		text_string(&p->out, " ansible_host=");
		text_string(&p->out, m.ip);
		text_string(&p->out, "\n");
	}
	p->out.failed = p->out.failed || groups == NULL;
	for (size_t i = 0; groups != NULL && i < p->count; i++) {
		if (i == 0 || strcmp(groups[i].text, groups[i - 1].text) != 0) {
			text_string(&p->out, "\n[");
			text_string(&p->out, groups[i].text);
			text_string(&p->out, "]\n");
		}
		pool_read(p->m, groups[i].place, &m);
		text_string(&p->out, m.name);
		text_string(&p->out, "\n");
	}
	free(groups);
}

static void ssh(struct pool *p)
{
	struct machine m;

	pool_keep_plain(p);
	for (size_t i = 0; i < p->count; i++) {
		pool_read(p->m, p->places[i], &m);
		text_string(&p->out, "Host ");
		text_string(&p->out, m.name);
		text_string(&p->out, "\n    HostName ");
		text_string(&p->out, m.ip);
		text_string(&p->out, "\n");
	}
}

/* https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config */
static void file_sd(struct pool *p)
{
	char target[POOL_TEXT_SIZE + 10];
	struct machine m;

	pool_keep_addresses(p);
	text_string(&p->out, "[");
	for (size_t i = 0; i < p->count; i++) {
		pool_read(p->m, p->places[i], &m);
		snprintf(target, sizeof target, strchr(m.ip, ':') ? "[%s]:%d" : "%s:%d", m.ip,
			 EXPORTER_PORT);
		text_string(&p->out, i == 0 ? "\n" : ",\n");
		text_string(&p->out, " {\"targets\":[");
		text_json(&p->out, target);
		text_string(&p->out, "],\"labels\":{\"name\":");
		text_json(&p->out, m.name);
		text_string(&p->out, ",\"status\":");
		text_json(&p->out, m.status);
		text_string(&p->out, ",\"gpu\":");
		text_json(&p->out, m.gpu);
		text_string(&p->out, "}}");
	}
	text_string(&p->out, p->count > 0 ? "\n]\n" : "]\n");
}

static void csv(struct pool *p)
{
	struct machine m;

	text_string(&p->out, "id,name,status,GPU,cpus,mem,ip\r\n");
	for (size_t i = 0; i < p->count; i++) {
		pool_read(p->m, p->places[i], &m);
		text_add(&p->out, m.id.at, m.id.len);
		text_string(&p->out, ",");
		csv_cell(&p->out, m.name);
		text_string(&p->out, ",");
		csv_cell(&p->out, m.status);
		text_string(&p->out, ",");
		csv_cell(&p->out, m.gpu);
		text_string(&p->out, ",");
		text_add(&p->out, m.cpus.at, m.cpus.len);
		text_string(&p->out, ",");
		text_add(&p->out, m.mem.at, m.mem.len);
		text_string(&p->out, ",");
		csv_cell(&p->out, m.ip);
		text_string(&p->out, "\r\n");
	}
}

/* How many GPUs a machine has: "gpus", or one if its "GPU" is not a word for none. */
static struct span gpus_of(const struct machine *m)
{
	static const char *const none[] = {"", "-", "0", "no", "none", "null", "n/a", "na"};

	if (m->gpus.at != NULL)
		return m->gpus;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		if (strcasecmp(m->gpu, none[i]) == 0)
			return span_of("0");
	return span_of("1");
}

/* The text format of Prometheus, for node_exporter's textfile collector: one line a machine. */
static void add_metric(struct text *out, const char *name, const struct machine *m,
		       struct span value)
{
	char id[POOL_TEXT_SIZE], number[POOL_TEXT_SIZE];
	const struct {
		const char *label, *text;
	} labels[] = {{"{id=\"", id},
		      {"\",name=\"", m->name},
		      {"\",status=\"", m->status},
		      {"\",gpu=\"", m->gpu}};

	pool_id(m, id);
	text_string(out, name);
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		text_string(out, labels[i].label);
		for (const char *c = labels[i].text; *c != '\0'; c++) {
			text_string(out, *c == '\\' || *c == '"' || *c == '\n' ? "\\" : "");
			text_add(out, *c == '\n' ? "n" : c, 1);
		}
	}
	text_string(out, "\"} ");
	/* Prometheus refuses the whole file for a number that is too large for it. */
	snprintf(number, sizeof number, "%.*s", (int)value.len, value.at);
	double size = strtod(number, NULL);
	if (isinf(size) || value.len >= sizeof number)
		text_string(out, size < 0 ? "-Inf" : "+Inf");
	else
		text_add(out, value.at, value.len);
	text_string(out, "\n");
}

static void metrics(struct pool *p)
{
	static const char *const names[] = {"ssa_machine_cpus", "ssa_machine_memory_bytes",
					    "ssa_machine_gpus"};
	struct machine m;

	/* Two series with the same labels make Prometheus refuse the whole file. */
	pool_keep_first(p, "an earlier machine has its id", pool_id);
	for (int i = 0; i < 3 && p->count > 0; i++) {
		text_string(&p->out, "# TYPE ");
		text_string(&p->out, names[i]);
		text_string(&p->out, " gauge\n");
		for (size_t j = 0; j < p->count; j++) {
			pool_read(p->m, p->places[j], &m);
			add_metric(&p->out, names[i], &m,
				   i == 0   ? m.cpus
				   : i == 1 ? m.mem
					    : gpus_of(&m));
		}
	}
}

static const struct format {
	const char *name;
	void (*write)(struct pool *p);
} formats[] = {
    {"ansible", ansible}, {"ssh", ssh}, {"file_sd", file_sd}, {"csv", csv}, {"metrics", metrics},
};

static enum exit_code write_pool(const struct machines *m, const struct format *format)
{
	size_t count = m->records.table.count;
	struct pool p = {.m = m, .places = malloc((count + 1) * sizeof *p.places)};

	for (; p.places != NULL && p.count < count; p.count++)
		p.places[p.count] = p.count;
	if (p.places != NULL) {
		pool_keep_whole(&p);
		format->write(&p);
	}
	bool written = p.places != NULL && !p.out.failed &&
		       fwrite(p.out.at ? p.out.at : "", 1, p.out.len, stdout) == p.out.len &&
		       fflush(stdout) == 0;
	text_free(&p.out);
	free(p.places);
	return written ? CTL_DONE : ctl_say(CTL_FAILED, "cannot write it");
}

enum exit_code cmd_export(struct ctl *c)
{
	const char *names[sizeof formats / sizeof formats[0] + 1] = {NULL};
	const struct format *format = NULL;
	struct machines m;

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		names[i] = formats[i].name;
		if (strcmp(c->args[0], formats[i].name) == 0)
			format = &formats[i];
	}
	if (format == NULL) {
		const char *nearest = nearest_of(c->args[0], names);
		return ctl_say(CTL_USAGE,
			       nearest ? "no such format: %s; the nearest is: %s"
				       : "no such format: %s",
			       c->args[0], nearest);
	}
	enum exit_code code = CTL_FAILED;
	if (machines_open(&m, c->config.data_dir, false) && machines_refresh(&m))
		code = write_pool(&m, format);
	else
		ctl_say(CTL_FAILED, "%s/machines.json: %s", c->config.data_dir,
			m.records.fault ? m.records.fault : "its path is too long");
	machines_close(&m);
	return code;
}
