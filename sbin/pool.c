#include "pool.h"
#include "core/json.h"
#include "ctl.h"
#include "data/decimal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(const char *text)
{
	return *text != '\0' && text[0] != '-' &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789._-")] == '\0';
}

static bool is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ||
	       inet_pton(AF_INET6, text, &address) == 1 || is_word(text);
}

/* "status_" and the status. Two statuses may give one name. */
static char *group_of(const char *status)
{
	struct text name = {0};

	text_string(&name, "status_");
	text_string(&name, status);
	char *group = ctl_copy(ctl_text(&name).at, name.len);
	text_free(&name);
	for (char *at = group; *at != '\0'; at++)
		*at = isalnum((unsigned char)*at) ? *at : '_';
	return group;
}

/* Reads the machine at a place of the table. Returns why it is left out, or NULL. */
static const char *read_machine(struct span record, unsigned rules, struct machine *to)
{
	enum { ID, CPUS, MEM, STATUS, GPU, IP, NAME, GPUS, FIELDS };
	struct json_field f[FIELDS] = {
	    [ID] = JSON_FIELD("id", JSON_NUMBER),     [CPUS] = JSON_FIELD("cpus", JSON_NUMBER),
	    [MEM] = JSON_FIELD("mem", JSON_NUMBER),   [STATUS] = JSON_FIELD("status", JSON_STRING),
	    [GPU] = JSON_FIELD("GPU", JSON_STRING),   [IP] = JSON_FIELD("ip", JSON_STRING),
	    [NAME] = JSON_FIELD("name", JSON_STRING), [GPUS] = JSON_FIELD("gpus", JSON_NUMBER)};

	json_fields(record, f, FIELDS); /* the record was checked when the file was read */
	if (f[NAME].state != JSON_ABSENT && f[NAME].state != JSON_PRESENT)
		return "its name is not a text";
	/* An import from CSV makes a text of a number. */
	struct span gpus =
	    f[GPUS].state != JSON_ABSENT ? span_trim(f[GPUS].value, "\"") : (struct span){NULL, 0};
	if (gpus.at != NULL && !decimal_is(gpus)) {
		if (rules & POOL_GPUS)
			return "its gpus is not a number";
		gpus.at = NULL;
	}
	to->id = ctl_copy(f[ID].value.at, f[ID].value.len);
	to->name = f[NAME].state == JSON_PRESENT ? ctl_decode(f[NAME].value)
						 : ctl_copy(to->id, f[ID].value.len);
	to->status = ctl_decode(f[STATUS].value);
	to->group = group_of(to->status);
	to->gpu = ctl_decode(f[GPU].value);
	to->ip = ctl_decode(f[IP].value);
	to->cpus = f[CPUS].value;
	to->mem = f[MEM].value;
	to->gpus = gpus;
	if ((rules & POOL_NAME) && !is_word(to->name))
		return "its name has characters other than A-Z a-z 0-9 . _ -";
	if ((rules & POOL_ADDRESS) && !is_address(to->ip))
		return "its ip is not an address";
	return NULL;
}

static void free_machine(struct machine *m)
{
	char *const texts[] = {m->id, m->name, m->group, m->status, m->gpu, m->ip};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(texts[i]);
	*m = (struct machine){.id = NULL};
}

static void leave_out(struct machine *m, const char *why)
{
	ctl_say("left out: record %zu of machines.json: %s", m->place, why);
	free_machine(m);
}

static int by_label(const void *a, const void *b)
{
	const struct machine *x = *(const struct machine *const *)a;
	const struct machine *y = *(const struct machine *const *)b;
	int order = strcmp(x->label, y->label);

	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

const struct machine **pool_sorted(struct pool *p, size_t text)
{
	const struct machine **list = ctl_allocate(p->count, sizeof(struct machine *));

	for (size_t i = 0; i < p->count; i++) {
		p->list[i].label = *(char **)(void *)((char *)&p->list[i] + text);
		list[i] = &p->list[i];
	}
	qsort(list, p->count, sizeof(struct machine *), by_label);
	return list;
}

/* Leaves out each machine that has this text of an earlier one. */
static void keep_first(struct pool *p, size_t text, const char *why)
{
	const struct machine **sorted = pool_sorted(p, text);
	bool *again = ctl_allocate(p->count, sizeof *again);
	size_t kept = 0;

	for (size_t i = 1; i < p->count; i++)
		again[sorted[i] - p->list] = strcmp(sorted[i]->label, sorted[i - 1]->label) == 0;
	for (size_t i = 0; i < p->count; i++)
		if (again[i])
			leave_out(&p->list[i], why);
		else
			p->list[kept++] = p->list[i];
	p->count = kept;
	free(sorted);
	free(again);
}

struct pool pool_make(const struct machines *m, unsigned rules)
{
	size_t count = m->records.table.count;
	struct pool p = {.list = ctl_allocate(count, sizeof *p.list)};

	for (size_t place = 0; place < count; place++) {
		struct machine machine = {.place = place};
		const char *why =
		    read_machine(table_text(&m->records.table, place), rules, &machine);
		if (why != NULL)
			leave_out(&machine, why);
		else
			p.list[p.count++] = machine;
	}
	if (rules & POOL_ONE_NAME)
		keep_first(&p, offsetof(struct machine, name), "an earlier machine has its name");
	if (rules & POOL_ONE_ID)
		keep_first(&p, offsetof(struct machine, id), "an earlier machine has its id");
	return p;
}

void pool_free(struct pool *p)
{
	for (size_t i = 0; i < p->count; i++)
		free_machine(&p->list[i]);
	free(p->list);
}
