#include "change.h"
#include "core/crypto.h"
#include "core/sizes.h"
#include "data/splice.h"
#include "data/users.h"
#include "escape.h"

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
	if (text.len > DATAFILE_MAX_BYTES)
		ctl_end(CTL_FAILED,
			"%s would be over " TEXT_OF(DATAFILE_MAX_MIB) " MiB; nothing was changed",
			h->edit.path);
	if (table_read(&h->table, h->kind, text.at, text.len, NULL, NULL, why) != TABLE_FINE)
		ctl_end(CTL_FAILED, "%s: %s; nothing was changed", h->edit.path, why);
	h->put = ctl_allocate(h->table.count, sizeof *h->put);
	h->dropped = ctl_allocate(h->table.count, sizeof *h->dropped);
}

void change_begin(struct change *h, const struct ctl *c, const struct table_kind *kind)
{
	char path[1040];
	struct text text = {0};

	*h = (struct change){.c = c, .kind = kind};
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

static void note_id(struct change *h, struct span id)
{
	text_string(&h->ids, h->ids.len > 0 ? "," : "");
	text_add(&h->ids, id.at, id.len);
}

void change_put(struct change *h, size_t place, struct text record)
{
	struct span new = ctl_text(&record), old = table_text(&h->table, place);
	struct splice_found id;

	if (span_is(new, old.at, old.len)) {
		text_free(&record);
		return;
	}
	show(h, '-', old);
	show(h, '+', new);
	if (h->table.by_value && splice_find(new, span_of("id"), &id) &&
	    decimal_compare(id.value, table_key(&h->table, place)) != 0)
		note_id(h, id.value);
	h->put[place] = record;
	h->puts++;
}

void change_drop(struct change *h, size_t place)
{
	show(h, '-', table_text(&h->table, place));
	h->dropped[place] = true;
	h->drops++;
}

void change_add(struct change *h, struct text record)
{
	struct span new = ctl_text(&record);
	struct splice_found id;

	show(h, '+', new);
	if (h->table.by_value && splice_find(new, span_of("id"), &id))
		note_id(h, id.value);
	text_string(&h->added, h->added.len > 0 ? ",\n  " : "");
	text_add(&h->added, new.at, new.len);
	text_free(&record);
	h->additions++;
}

/* The present version with all changes. */
static struct text make_version(struct change *h)
{
	const char *from = h->now.at, *end = h->now.at + h->now.len;
	struct text next = {0};

	for (size_t i = 0; i < h->table.count; i++) {
		struct span record = table_text(&h->table, i);
		if (h->dropped[i]) {
			from = splice_skip(&next, from, record, end);
		} else if (h->put[i].at != NULL) {
			text_add(&next, from, (size_t)(record.at - from));
			text_add(&next, h->put[i].at, h->put[i].len);
			from = record.at + record.len;
			wipe(&h->put[i]);
		}
	}
	text_add(&next, from, (size_t)(end - from));
	if (h->added.len > 0) {
		struct text longer = {0};
		splice_append(&longer, ctl_text(&next), ctl_text(&h->added));
		wipe(&next);
		text_free(&h->added);
		next = longer;
	}
	return next;
}

static void check_new_ids(struct change *h)
{
	struct span rest = ctl_text(&h->ids), id;
	struct table_search s;

	while (h->ids.len > 0 && span_next(&rest, ',', &id)) {
		table_search(&s, &h->table, id);
		table_next(&s);
		if (table_next(&s) < h->table.count)
			ctl_end(CTL_NO, "two machines would have the id %.*s; nothing was changed",
				(int)id.len, id.at);
	}
	text_free(&h->ids);
}

void change_apply(struct change *h)
{
	set_version(h, make_version(h));
	check_new_ids(h);
}

void change_finish(struct change *h)
{
	change_apply(h);
	if (!h->c->dry_run && !edit_commit(&h->edit, h->now.at, h->now.len))
		ctl_end(CTL_FAILED, "%s: %s", h->edit.path, h->edit.why);
	if (!h->c->dry_run && h->edit.version.links > 1)
		ctl_say("note: %s had another hard link, which keeps the old version",
			h->edit.path);
	change_end(h);
}

void change_end(struct change *h)
{
	free_lists(h);
	table_free(&h->table);
	wipe(&h->now);
	edit_end(&h->edit);
}
