#include "pool.h"
#include "core/json.h"
#include "ctl.h"

#include <arpa/inet.h>
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

/* Reads the machine at a place of the table. Returns why it is left out, or NULL. */
static const char *read_machine(const struct machines *m, size_t place, unsigned rules,
				struct machine *to)
{
	enum { ID, CPUS, MEM, GPUS, STATUS, GPU, IP, NAME, FIELDS };
	struct json_field f[FIELDS] = {
	    [ID] = JSON_FIELD("id", JSON_NUMBER),     [CPUS] = JSON_FIELD("cpus", JSON_NUMBER),
	    [MEM] = JSON_FIELD("mem", JSON_NUMBER),   [STATUS] = JSON_FIELD("status", JSON_STRING),
	    [GPU] = JSON_FIELD("GPU", JSON_STRING),   [IP] = JSON_FIELD("ip", JSON_STRING),
	    [NAME] = JSON_FIELD("name", JSON_STRING), [GPUS] = JSON_FIELD("gpus", JSON_NUMBER)};
	char *const texts[FIELDS] = {
	    [STATUS] = to->status, [GPU] = to->gpu, [IP] = to->ip, [NAME] = to->name};
	struct span record = table_text(&m->records.table, place), gpus;

	*to = (struct machine){.name = ""};
	json_fields(record, f, FIELDS); /* the record was checked when the file was read */
	to->id = f[ID].value;
	to->cpus = f[CPUS].value;
	to->mem = f[MEM].value;
	for (int i = STATUS; i < FIELDS; i++)
		if (f[i].state == JSON_PRESENT &&
		    json_decode(f[i].value, texts[i], POOL_TEXT_SIZE) != JSON_DECODED)
			return "one of its texts is longer than 255 bytes";
	if (f[NAME].state == JSON_ABSENT)
		memcpy(to->name, to->id.at, to->id.len < POOL_TEXT_SIZE ? to->id.len : 0);
	else if (f[NAME].state != JSON_PRESENT)
		return "its name is not a text";
	if ((rules & POOL_NAME) && !is_word(to->name))
		return "its name has characters other than A-Z a-z 0-9 . _ -";
	if ((rules & POOL_ADDRESS) && !is_address(to->ip))
		return "its ip is not an address";
	/* An import from CSV makes a text of a number. */
	gpus = span_trim(f[GPUS].value, "\"");
	if (f[GPUS].state != JSON_ABSENT && decimal_is(gpus))
		to->gpus = gpus;
	else if ((rules & POOL_GPUS) && f[GPUS].state != JSON_ABSENT)
		return "its gpus is not a number";
	return NULL;
}

struct machine pool_read(const struct pool *p, size_t i)
{
	struct machine m = {.name = ""};

	read_machine(p->m, p->places[i], 0, &m);
	return m;
}

static int by_text(const void *a, const void *b)
{
	const struct label *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order != 0 ? order : (x->i > y->i) - (x->i < y->i);
}

struct label *pool_sorted(const struct pool *p, pool_label *label)
{
	struct label *labels = ctl_allocate(p->count, sizeof *labels);

	for (size_t i = 0; i < p->count; i++) {
		struct machine m = pool_read(p, i);
		label(&m, labels[i].text);
		labels[i].i = i;
	}
	qsort(labels, p->count, sizeof *labels, by_text);
	return labels;
}

static void say_left_out(size_t place, const char *why)
{
	ctl_say("left out: record %zu of machines.json: %s", place, why);
}

/* Leaves out each machine whose label an earlier one has. */
static void keep_first(struct pool *p, pool_label *label, const char *why)
{
	struct label *labels = pool_sorted(p, label);
	bool *again = ctl_allocate(p->count, sizeof *again);
	size_t kept = 0;

	for (size_t i = 1; i < p->count; i++)
		again[labels[i].i] = strcmp(labels[i].text, labels[i - 1].text) == 0;
	for (size_t i = 0; i < p->count; i++)
		if (again[i])
			say_left_out(p->places[i], why);
		else
			p->places[kept++] = p->places[i];
	p->count = kept;
	free(labels);
	free(again);
}

static void write_name(const struct machine *m, char label[static POOL_TEXT_SIZE])
{
	strcpy(label, m->name);
}

static void write_id(const struct machine *m, char label[static POOL_TEXT_SIZE])
{
	snprintf(label, POOL_TEXT_SIZE, "%.*s", (int)m->id.len, m->id.at);
}

struct pool pool_make(const struct machines *m, unsigned rules)
{
	size_t count = m->records.table.count;
	struct pool p = {.m = m, .places = ctl_allocate(count, sizeof *p.places)};
	struct machine machine = {.name = ""};

	for (size_t place = 0; place < count; place++) {
		const char *why = read_machine(m, place, rules, &machine);
		if (why != NULL)
			say_left_out(place, why);
		else
			p.places[p.count++] = place;
	}
	if (rules & POOL_ONE_NAME)
		keep_first(&p, write_name, "an earlier machine has its name");
	if (rules & POOL_ONE_ID)
		keep_first(&p, write_id, "an earlier machine has its id");
	return p;
}
