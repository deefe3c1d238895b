#include "change.h"
#include "core/crypto.h"
#include "listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void wipe(struct text *text)
{
	if (text->at != NULL)
		crypto_wipe(text->at, text->len);
	text_free(text);
}

/* Splits the new version. */
static enum exit_code split(struct change *h)
{
	char why[TABLE_WHY_SIZE];

	if (h->now.failed)
		return ctl_say(CTL_FAILED, "out of memory");
	if (table_read(&h->table, h->kind, h->now.at, h->now.len, NULL, NULL, why) != TABLE_FINE)
		return ctl_say(CTL_FAILED, "%s: %s; nothing was changed", h->edit.path, why);
	return CTL_DONE;
}

enum exit_code change_begin(struct ctl *c, struct change *h, const struct table_kind *kind)
{
	char path[1040];

	*h = (struct change){.edit = {.folder = -1}, .kind = kind};
	snprintf(path, sizeof path, "%s/%s", c->config.data_dir, kind->file_name);
	if (!edit_begin(&h->edit, path))
		return ctl_say(CTL_FAILED, "%s: %s", path, h->edit.why);
	text_add(&h->now, h->edit.text, h->edit.len);
	return split(h);
}

enum exit_code change_step(struct change *h, struct text next)
{
	table_free(&h->table);
	wipe(&h->now);
	h->now = next;
	return split(h);
}

enum exit_code change_commit(struct change *h)
{
	if (!edit_commit(&h->edit, h->now.at, h->now.len))
		return ctl_say(CTL_FAILED, "%s: %s", h->edit.path, h->edit.why);
	return CTL_DONE;
}

void change_end(struct change *h)
{
	table_free(&h->table);
	wipe(&h->now);
	edit_end(&h->edit);
}

struct span change_text(const struct change *h)
{
	return (struct span){h->now.at, h->now.len};
}

static void show_record(char sign, struct span record)
{
	char *line = record.at != NULL ? strndup(record.at, record.len) : NULL;

	if (line != NULL) {
		putchar(sign);
		listing_escape(line, stdout);
		putchar('\n');
	}
	free(line);
}

void change_show(struct ctl *c, struct span old, struct span new)
{
	if (!c->dry_run)
		return;
	show_record('-', old);
	show_record('+', new);
}
