#include "change.h"
#include "assign.h"
#include "core/crypto.h"
#include "data/machines.h"
#include "data/splice.h"
#include "data/users.h"
#include "escape.h"
#include "match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void wipe(struct text *text)
{
	if (text->at != NULL)
		crypto_wipe(text->at, text->len);
	text_free(text);
}

static void free_lists(struct change *h)
{
	free(h->put);
	free(h->dropped);
}

/* Makes `next` the new version. */
static void set_version(struct change *h, struct text next)
{
	char why[TABLE_WHY_SIZE];
	struct span text = ctl_text(&next);

	free_lists(h);
	table_free(&h->table);
	wipe(&h->now);
	h->now = next;
	if (table_read(&h->table, h->kind, text.at, text.len, NULL, NULL, why) != TABLE_FINE)
		ctl_end(CTL_FAILED, "%s: %s; nothing was changed", h->edit.path, why);
	h->put = ctl_allocate(h->table.count, sizeof *h->put);
	h->dropped = ctl_allocate(h->table.count, sizeof *h->dropped);
}

void change_begin(struct change *h, const struct ctl *c, const struct table_kind *kind)
{
	char path[1040];
	struct text text = {0};

	*h = (struct change){.c = c, .kind = kind, .doubles = -1};
	snprintf(path, sizeof path, "%s/%s", c->config.data_dir, kind->file_name);
	if (!edit_begin(&h->edit, path))
		ctl_end(CTL_FAILED, "%s: %s", path, h->edit.why);
	text_add(&text, h->edit.text, h->edit.len);
	set_version(h, text);
}

size_t change_begin_user(struct change *h, const struct ctl *c, const char *name)
{
	change_begin(h, c, &users_kind);
	size_t place = table_find(&h->table, span_of(name));
	if (place == h->table.count)
		ctl_no_user(name);
	return place;
}

static void show(const struct change *h, char sign, struct span record)
{
	if (!h->c->dry_run)
		return;
	char *line = ctl_copy(record.at, record.len);
	putchar(sign);
	escape_write(line, stdout);
	putchar('\n');
	free(line);
}

void change_put(struct change *h, size_t place, struct text record)
{
	struct span new = ctl_text(&record), old = table_text(&h->table, place);

	if (span_is(new, old.at, old.len)) {
		text_free(&record);
		return;
	}
	show(h, '-', old);
	show(h, '+', new);
	struct span key = {h->now.at + h->table.list[place].key_at, h->table.list[place].key_len},
		    id;
	h->ids_change =
	    h->ids_change || (h->kind == &machines_kind && assign_find(new, span_of("id"), &id) &&
			      !span_is(id, key.at, key.len));
	h->put[place] = record;
	h->puts++;
}

void change_drop(struct change *h, size_t place)
{
	show(h, '-', table_text(&h->table, place));
	h->dropped[place] = true;
	h->doubles = -1;
	h->drops++;
}

void change_add(struct change *h, struct text record)
{
	struct span new = ctl_text(&record);

	show(h, '+', new);
	text_string(&h->added, h->added.len > 0 ? ",\n  " : "");
	text_add(&h->added, new.at, new.len);
	text_free(&record);
	h->ids_change = h->kind == &machines_kind;
	h->additions++;
}

/* How many machines have the id of an earlier one; *id is the last such id. */
static long long count_doubles(const struct table *t, struct span *id)
{
	struct key *ids = match_table(t, "id");
	long long count = 0;

	for (size_t i = 1; i < t->count; i++)
		if (match_order(&ids[i], &ids[i - 1]) == 0) {
			*id = ids[i].value;
			count++;
		}
	free(ids);
	return count;
}

/* The text with the records of change_put. Where each record begins goes to at[]. */
static struct text with_puts(struct change *h, size_t at[])
{
	const char *from = h->now.at;
	struct text next = {0};

	for (size_t i = 0; i < h->table.count; i++) {
		struct span old = table_text(&h->table, i);
		bool put = h->put[i].at != NULL;
		text_add(&next, from, (size_t)(old.at - from));
		at[i] = next.len;
		text_add(&next, put ? h->put[i].at : old.at, put ? h->put[i].len : old.len);
		from = old.at + old.len;
		wipe(&h->put[i]);
	}
	text_add(&next, from, h->now.len - (size_t)(from - h->now.at));
	ctl_text(&next);
	return next;
}

static void replace(struct text *text, struct text next)
{
	ctl_text(&next);
	wipe(text);
	*text = next;
}

void change_apply(struct change *h)
{
	size_t *at = ctl_allocate(h->table.count, sizeof *at);
	struct span id = {NULL, 0};

	if (h->ids_change && h->doubles < 0)
		h->doubles = count_doubles(&h->table, &id);
	struct text next = with_puts(h, at);
	if (h->added.len > 0) {
		struct text longer = {0};
		splice_append(&longer, ctl_text(&next), ctl_text(&h->added));
		replace(&next, longer);
		text_free(&h->added);
	}
	/* From the last one on, so that the places of the others stay. */
	for (size_t i = h->table.count; i > 0; i--) {
		struct text shorter = {0};
		struct span record = {next.at + at[i - 1], table_text(&h->table, i - 1).len};
		if (!h->dropped[i - 1])
			continue;
		splice_remove(&shorter, ctl_text(&next), record);
		replace(&next, shorter);
	}
	free(at);
	set_version(h, next);
	if (!h->ids_change)
		return;
	long long doubles = count_doubles(&h->table, &id);
	if (doubles > h->doubles)
		ctl_end(CTL_NO, "two machines would have the id %.*s; nothing was changed",
			(int)id.len, id.at);
	h->doubles = doubles;
	h->ids_change = false;
}

void change_finish(struct change *h)
{
	change_apply(h);
	if (!h->c->dry_run && !edit_commit(&h->edit, h->now.at, h->now.len))
		ctl_end(CTL_FAILED, "%s: %s", h->edit.path, h->edit.why);
	change_end(h);
}

void change_end(struct change *h)
{
	free_lists(h);
	table_free(&h->table);
	wipe(&h->now);
	edit_end(&h->edit);
}
