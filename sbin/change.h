/* change: a data file while a command edits it, in one step or in several that count together. */
#ifndef SSA_CHANGE_H
#define SSA_CHANGE_H

#include "core/text.h"
#include "data/edit.h"
#include "data/table.h"
#include "ssactl.h"

struct change {
	struct edit edit;
	const struct table_kind *kind;
	struct text now;    /* the new version, as far as it is made */
	struct table table; /* its records */
};

/* Locks, reads and splits the file. Whatever it returns, change_end must follow. */
enum exit_code change_begin(struct ctl *c, struct change *h, const struct table_kind *kind);

/* Makes `next`, which it takes over, the new version. */
enum exit_code change_step(struct change *h, struct text next);

/* Writes the new version. */
enum exit_code change_commit(struct change *h);

/* Frees what change_begin has taken, and overwrites it, since it may have passwords. */
void change_end(struct change *h);

struct span change_text(const struct change *h);

/* With --dry-run, shows one record that is changed, added (old.at NULL) or removed (new.at
 * NULL). */
void change_show(struct ctl *c, struct span old, struct span new);

#endif
