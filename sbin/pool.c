#include "pool.h"
#include "core/json.h"
#include "ssactl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void decode(struct machine *m, struct span value, char out[static POOL_TEXT_SIZE])
{
	if (json_decode(value, out, POOL_TEXT_SIZE) == JSON_DECODED)
		return;
	out[0] = '\0';
	m->cut = true;
}

void pool_read(const struct machines *m, size_t i, struct machine *to)
{
	enum { ID, CPUS, MEM, STATUS, GPU, IP, NAME, GPUS, FIELDS };
	struct json_field f[FIELDS] = {
	    [ID] = JSON_FIELD("id", JSON_NUMBER),     [CPUS] = JSON_FIELD("cpus", JSON_NUMBER),
	    [MEM] = JSON_FIELD("mem", JSON_NUMBER),   [STATUS] = JSON_FIELD("status", JSON_STRING),
	    [GPU] = JSON_FIELD("GPU", JSON_STRING),   [IP] = JSON_FIELD("ip", JSON_STRING),
	    [NAME] = JSON_FIELD("name", JSON_STRING), [GPUS] = JSON_FIELD("gpus", JSON_NUMBER)};
	struct span record = records_text(&m->records, i);
	struct scan s;

	*to = (struct machine){.name = ""};
	scan_begin(&s, record.at, record.len, SCAN_DEPTH_MAX - 1);
	json_object(&s, f, FIELDS); /* the record was checked when the file was read */
	to->id = f[ID].value;
	to->cpus = f[CPUS].value;
	to->mem = f[MEM].value;
	decode(to, f[STATUS].value, to->status);
	decode(to, f[GPU].value, to->gpu);
	decode(to, f[IP].value, to->ip);
	if (f[GPUS].state == JSON_PRESENT)
		to->gpus = f[GPUS].value;
	if (f[NAME].state == JSON_PRESENT)
		decode(to, f[NAME].value, to->name);
	else if (to->id.len < POOL_TEXT_SIZE)
		memcpy(to->name, to->id.at, to->id.len);
}

static void left_out(size_t place, const char *why)
{
	ctl_say(CTL_NO, "left out: record %zu of machines.json: %s", place, why);
}

static int by_text(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b)
{
	size_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

struct key *pool_sorted(const struct pool *p,
			void (*take)(const struct machine *m, char key[static POOL_TEXT_SIZE]))
{
	struct key *keys = malloc((p->count + 1) * sizeof *keys);
	struct machine m;

	for (size_t i = 0; keys != NULL && i < p->count; i++) {
		pool_read(p->m, p->places[i], &m);
		keys[i].place = p->places[i];
		take(&m, keys[i].text);
	}
	if (keys != NULL)
		qsort(keys, p->count, sizeof *keys, by_text);
	return keys;
}

void pool_keep_first(struct pool *p, const char *why, pool_take *take)
{
	struct key *keys = pool_sorted(p, take);
	size_t kept = 0;

	p->out.failed = p->out.failed || keys == NULL;
	for (size_t i = 0; keys != NULL && i < p->count; i++)
		if (i > 0 && strcmp(keys[i].text, keys[i - 1].text) == 0)
			left_out(keys[i].place, why);
		else
			p->places[kept++] = keys[i].place;
	if (keys != NULL) {
		p->count = kept;
		qsort(p->places, kept, sizeof *p->places, by_place);
	}
	free(keys);
}

void pool_name(const struct machine *m, char key[static POOL_TEXT_SIZE])
{
	strcpy(key, m->name);
}

void pool_id(const struct machine *m, char key[static POOL_TEXT_SIZE])
{
	snprintf(key, POOL_TEXT_SIZE, "%.*s", (int)m->id.len, m->id.at);
}

static void keep(struct pool *p, bool (*fits)(const struct machine *m), const char *why)
{
	struct machine m;
	size_t kept = 0;

	for (size_t i = 0; i < p->count; i++) {
		pool_read(p->m, p->places[i], &m);
		if (fits(&m))
			p->places[kept++] = p->places[i];
		else
			left_out(p->places[i], why);
	}
	p->count = kept;
}

static bool is_whole(const struct machine *m)
{
	return !m->cut;
}

static bool has_plain_name(const struct machine *m)
{
	return is_word(m->name);
}

static bool has_address(const struct machine *m)
{
	return is_address(m->ip);
}

void pool_keep_whole(struct pool *p)
{
	keep(p, is_whole, "a text of it is longer than 255 bytes");
}

void pool_keep_addresses(struct pool *p)
{
	keep(p, has_address, "its ip is no address");
}

void pool_keep_plain(struct pool *p)
{
	keep(p, has_plain_name, "its name has other characters than A-Z a-z 0-9 . _ -");
	pool_keep_addresses(p);
	pool_keep_first(p, "an earlier machine has its name", pool_name);
}
