/* The command export: the machines of the file, for other programs. */
#include "command.h"
#include "core/nearest.h"
#include "csv.h"
#include "pool.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { EXPORTER_PORT = 9100 };

/* The name of a group in Ansible has letters, digits and _. Two statuses may give one name. */
static void write_group(const struct machine *m, char label[static POOL_TEXT_SIZE])
{
	snprintf(label, POOL_TEXT_SIZE, "status_%.240s", m->status);
	for (; *label != '\0'; label++)
		if (!isalnum((unsigned char)*label))
			*label = '_';
}

static void ansible(const struct pool *p)
{
	struct label *groups = pool_sorted(p, write_group);

	puts("[machines]");
	for (size_t i = 0; i < p->count; i++) {
		struct machine m = pool_read(p, i);
		printf("%s ansible_host=%s\n", m.name, m.ip);
	}
	for (size_t i = 0; i < p->count; i++) {
		if (i == 0 || strcmp(groups[i].text, groups[i - 1].text) != 0)
			printf("\n[%s]\n", groups[i].text);
		puts(pool_read(p, groups[i].i).name);
	}
	free(groups);
}

static void ssh(const struct pool *p)
{
	for (size_t i = 0; i < p->count; i++) {
		struct machine m = pool_read(p, i);
		printf("Host %s\n    HostName %s\n", m.name, m.ip);
	}
}

static void print_json(const char *before, const char *string)
{
	struct text json = {0};

	text_json(&json, string);
	printf("%s%.*s", before, (int)json.len, ctl_text(&json).at);
	text_free(&json);
}

/* https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config */
static void file_sd(const struct pool *p)
{
	char target[POOL_TEXT_SIZE + 10];

	putchar('[');
	for (size_t i = 0; i < p->count; i++) {
		struct machine m = pool_read(p, i);
		snprintf(target, sizeof target, strchr(m.ip, ':') ? "[%s]:%d" : "%s:%d", m.ip,
			 EXPORTER_PORT);
		print_json(i == 0 ? "\n {\"targets\":[" : ",\n {\"targets\":[", target);
		print_json("],\"labels\":{\"name\":", m.name);
		print_json(",\"status\":", m.status);
		print_json(",\"gpu\":", m.gpu);
		printf("}}");
	}
	puts(p->count > 0 ? "\n]" : "]");
}

static void print_span(struct span span)
{
	fwrite(span.at, 1, span.len, stdout);
	putchar(',');
}

static void print_cell(const char *text, const char *after)
{
	csv_print(text);
	fputs(after, stdout);
}

static void csv(const struct pool *p)
{
	fputs("id,name,status,GPU,cpus,mem,ip\r\n", stdout);
	for (size_t i = 0; i < p->count; i++) {
		struct machine m = pool_read(p, i);
		print_span(m.id);
		print_cell(m.name, ",");
		print_cell(m.status, ",");
		print_cell(m.gpu, ",");
		print_span(m.cpus);
		print_span(m.mem);
		print_cell(m.ip, "\r\n");
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
	char number[POOL_TEXT_SIZE];

	printf("%s{id=\"%.*s", name,
	       m->id.len < POOL_TEXT_SIZE ? (int)m->id.len : POOL_TEXT_SIZE - 1, m->id.at);
	print_label("\",name=\"", m->name);
	print_label("\",status=\"", m->status);
	print_label("\",gpu=\"", m->gpu);
	/* Prometheus refuses the whole file for a number that is too large for it. */
	snprintf(number, sizeof number, "%.*s", (int)value.len, value.at);
	double size = strtod(number, NULL);
	if (isinf(size) || value.len >= sizeof number)
		strcpy(number, size < 0 ? "-Inf" : "+Inf");
	printf("\"} %s\n", number);
}

static void metrics(const struct pool *p)
{
	static const char *const names[] = {"ssa_machine_cpus", "ssa_machine_memory_bytes",
					    "ssa_machine_gpus"};

	for (int k = 0; k < 3 && p->count > 0; k++) {
		printf("# TYPE %s gauge\n", names[k]);
		for (size_t i = 0; i < p->count; i++) {
			struct machine m = pool_read(p, i);
			print_metric(names[k], &m, k == 0 ? m.cpus : k == 1 ? m.mem : gpus_of(&m));
		}
	}
}

static const struct format {
	const char *name;
	unsigned rules;
	void (*print)(const struct pool *p);
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
	free(p.places);
	records_close(&m.records);
	return CTL_DONE;
}

const struct command cmd_export[] = {
    {"export", "ansible|ssh|file_sd|csv|metrics",
     "print the machines in the format of another program", 1, 1, 0, FILES, run},
    {0},
};
