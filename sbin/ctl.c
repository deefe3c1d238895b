#include "ctl.h"
#include "core/array.h"
#include "data/machines.h"
#include "data/users.h"
#include "escape.h"
#include "locate.h"
#include "redis/redis.h"
#include "store/tickets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long line_number;

static void say(const char *format, va_list arguments)
{
	char line[2048];

	vsnprintf(line, sizeof line, format, arguments);
	fputs("ssactl: ", stderr);
	escape_write(line, stderr);
	fputc('\n', stderr);
}

void ctl_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void ctl_end(enum exit_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	if (line_number > 0)
		ctl_say("line %ld; nothing was changed", line_number);
	fflush(stdout);
	_exit((int)code);
}

void ctl_at_line(long number)
{
	line_number = number;
}

static void *checked(void *memory)
{
	if (memory == NULL)
		ctl_end(CTL_FAILED, "out of memory");
	return memory;
}

void *ctl_allocate(size_t count, size_t size)
{
	return checked(calloc(count + 1, size));
}

void *ctl_grow(void *list, size_t count, size_t *capacity, size_t size)
{
	return checked(array_grow(list, count, capacity, size));
}

char *ctl_copy(const char *at, size_t len)
{
	return checked(strndup(at, len));
}

char *ctl_decode(struct span string)
{
	struct text decoded = {0};
	struct span text = json_unescape((struct span){string.at + 1, string.len - 2}, &decoded);

	ctl_text(&decoded);
	char *copy = ctl_copy(text.at, text.len);
	text_free(&decoded);
	return copy;
}

struct span ctl_text(const struct text *text)
{
	if (text->failed)
		ctl_end(CTL_FAILED, "out of memory");
	return (struct span){text->at, text->len};
}

void ctl_flush(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		ctl_end(CTL_FAILED, "cannot write to stdout");
}

const char *ctl_open_redis(struct ctl *c)
{
	char name[REDIS_NAME_SIZE];
	const char *fault;

	c->redis = redis_new(c->config.redis_url, c->config.redis_wait, &fault);
	if (fault != NULL)
		return fault;
	locate_redis(&c->config, checked(c->redis));
	fprintf(stderr, "ssactl: Redis: %s\n", redis_name(c->redis, name));
	return NULL;
}

static const char *redis_words(struct ctl *c, enum result result)
{
	return result == RESULT_UNAVAILABLE ? redis_error(c->redis)
					    : "out of memory, or data that is not ours";
}

void ctl_redis_failed(struct ctl *c, enum result result)
{
	ctl_end(CTL_FAILED, "%s", redis_words(c, result));
}

void ctl_end_sessions(struct ctl *c, const char *user)
{
	enum result result = tickets_end_user(c->redis, user);

	if (result == RESULT_OK)
		return;
	ctl_say("%s", redis_words(c, result));
	ctl_end(CTL_FAILED,
		"the sessions of the user were not ended: when Redis is back, run"
		" `ssactl revoke %s`",
		user);
}

static void check_opened(const struct ctl *c, const struct records *r, bool good)
{
	if (!good)
		ctl_end(CTL_FAILED, "%s/%s: %s", c->config.data_dir, r->kind->file_name,
			r->fault != NULL ? r->fault : "its path is too long");
}

void ctl_open_users(const struct ctl *c, struct users *u)
{
	bool good = users_open(u, c->config.data_dir, false) && records_refresh(&u->records);

	check_opened(c, &u->records, good);
}

void ctl_open_machines(const struct ctl *c, struct machines *m)
{
	bool good = machines_open(m, c->config.data_dir, false) && records_refresh(&m->records);

	check_opened(c, &m->records, good);
}

void ctl_note_ids(const struct ctl *c, struct span ids)
{
	struct machines m;
	struct span id;
	struct scan s;

	scan_into(&s, ids, '[');
	if (machines_open(&m, c->config.data_dir, false) && records_refresh(&m.records))
		while (scan_next(&s, NULL) && scan_value(&s, &id))
			if (table_find(&m.records.table, id) == m.records.table.count)
				ctl_say("note: no machine has the id %.*s", (int)id.len, id.at);
	records_close(&m.records);
}

void ctl_no_user(const char *name)
{
	ctl_end(CTL_NO, "there is no user \"%s\"", name);
}
