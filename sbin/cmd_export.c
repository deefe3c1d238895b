/* The command export: the machines of the file, for other programs. */
#include "command.h"
#include "core/nearest.h"
#include "csv.h"
#include "pool.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void ansible(struct pool *p)
{
	const struct machine **sorted = pool_sorted(p, offsetof(struct machine, group));

	puts("[machines]");
	for (size_t i = 0; i < p->count; i++)
		printf("%s ansible_host=%s\n", p->list[i].name, p->list[i].ip);
	for (size_t i = 0; i < p->count; i++) {
		if (i == 0 || strcmp(sorted[i]->group, sorted[i - 1]->group) != 0)
			printf("\n[%s]\n", sorted[i]->group);
		puts(sorted[i]->name);
	}
	free(sorted);
}

static void ssh(struct pool *p)
{
	for (size_t i = 0; i < p->count; i++)
		printf("Host %s\n    HostName %s\n", p->list[i].name, p->list[i].ip);
}

static void print_json(const char *before, const char *string)
{
	struct text json = {0};

	text_json(&json, string);
	printf("%s%.*s", before, (int)json.len, ctl_text(&json).at);
	text_free(&json);
}

/* https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config */
static void file_sd(struct pool *p)
{
	struct text target = {0};

	putchar('[');
	for (size_t i = 0; i < p->count; i++) {
		const struct machine *m = &p->list[i];
		bool colons = strchr(m->ip, ':') != NULL;
		text_clear(&target, SIZE_MAX);
		text_string(&target, colons ? "[" : "");
		text_string(&target, m->ip);
		text_string(&target, colons ? "]:9100" : ":9100"); /* node_exporter */
		text_add(&target, "", 1);
		print_json(i == 0 ? "\n {\"targets\":[" : ",\n {\"targets\":[",
			   ctl_text(&target).at);
		print_json("],\"labels\":{\"name\":", m->name);
		print_json(",\"status\":", m->status);
		print_json(",\"gpu\":", m->gpu);
		printf("}}");
	}
	puts(p->count > 0 ? "\n]" : "]");
	text_free(&target);
}

static void print_cell(const char *text, const char *after)
{
	csv_print(text);
	fputs(after, stdout);
}

static void csv(struct pool *p)
{
	fputs("id,name,status,GPU,cpus,mem,ip\r\n", stdout);
	for (size_t i = 0; i < p->count; i++) {
		const struct machine *m = &p->list[i];
		printf("%s,", m->id);
		print_cell(m->name, ",");
		print_cell(m->status, ",");
		print_cell(m->gpu, ",");
		printf("%.*s,%.*s,", (int)m->cpus.len, m->cpus.at, (int)m->mem.len, m->mem.at);
		print_cell(m->ip, "\r\n");
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

static void print_label(const char *before, const char *text)
{
	fputs(before, stdout);
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"' || *text == '\n')
			putchar('\\');
		putchar(*text == '\n' ? 'n' : *text);
	}
}

/* The text format of Prometheus, for node_exporter's textfile collector: one line a machine. */
static void print_metric(const char *name, const struct machine *m, struct span value)
{
	double size = strtod(value.at, NULL); /* another character follows the number */

	printf("%s{id=\"%s", name, m->id);
	print_label("\",name=\"", m->name);
	print_label("\",status=\"", m->status);
	print_label("\",gpu=\"", m->gpu);
	/* Prometheus refuses the whole file for a number that is too large for it. */
	if (isinf(size))
		value = span_of(size < 0 ? "-Inf" : "+Inf");
	printf("\"} %.*s\n", (int)value.len, value.at);
}

static void metrics(struct pool *p)
{
	static const char *const names[] = {"ssa_machine_cpus", "ssa_machine_memory_bytes",
					    "ssa_machine_gpus"};

	for (int k = 0; k < 3 && p->count > 0; k++) {
		printf("# TYPE %s gauge\n", names[k]);
		for (size_t i = 0; i < p->count; i++) {
			const struct machine *m = &p->list[i];
			print_metric(names[k], m, k == 0 ? m->cpus : k == 1 ? m->mem : gpus_of(m));
		}
	}
}

static const struct format {
	const char *name;
	unsigned rules;
	void (*print)(struct pool *p);
} formats[] = {
    {"ansible", POOL_NAME | POOL_ADDRESS | POOL_ONE_NAME, ansible},
    {"ssh", POOL_NAME | POOL_ADDRESS | POOL_ONE_NAME, ssh},
    {"file_sd", POOL_ADDRESS, file_sd},
    {"csv", 0, csv},
    /* Two series with the same labels make Prometheus refuse the whole file. */
    {"metrics", POOL_ONE_ID | POOL_GPUS, metrics},
};
enum { FORMATS = sizeof formats / sizeof formats[0] };

static const struct format *find_format(const char *name)
{
	const char *names[FORMATS + 1] = {NULL}, *nearest;

	for (int i = 0; i < FORMATS; i++) {
		names[i] = formats[i].name;
		if (strcmp(name, names[i]) == 0)
			return &formats[i];
	}
	nearest = nearest_of(name, names);
	ctl_end(CTL_USAGE,
		nearest ? "no such format: %s; the nearest is: %s" : "no such format: %s", name,
		nearest);
}

static enum exit_code run(struct ctl *c)
{
	const struct format *format = find_format(c->args[0]);
	struct machines m;

	ctl_open_machines(c, &m);
	struct pool p = pool_make(&m, format->rules);
	format->print(&p);
	pool_free(&p);
	records_close(&m.records);
	return CTL_DONE;
}

const struct command cmd_export[] = {
    {"export", "ansible|ssh|file_sd|csv|metrics",
     "print the machines in the format of another program", 1, 1, 0, FILES, run},
    {0},
};
