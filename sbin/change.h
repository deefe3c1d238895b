/* change: a data file while a command edits it.
 *
 *   change_begin(&h, c, &machines_kind);
 *   change_put(&h, place, record);      records that change, by their place in h.table
 *   change_drop(&h, place);             records that go
 *   change_add(&h, record);             records that come
 *   change_apply(&h);                   all of that is in h.table now; again from change_put on
 *   change_finish(&h);                  writes the file
 *
 * What cannot be done ends the program, and the file stays as it was. With --dry-run nothing is
 * written, and each record is shown. */
#ifndef SSA_CHANGE_H
#define SSA_CHANGE_H

#include "core/text.h"
#include "ctl.h"
#include "data/edit.h"
#include "data/table.h"

struct change {
	const struct ctl *c;
	struct edit edit;
	const struct table_kind *kind;
	struct text now;    /* the new version, as far as it is made */
	struct table table; /* its records */
	/* What change_apply will do. */
	struct text *put; /* by place; at NULL: the record stays */
	bool *dropped;    /* by place */
	struct text added;
	struct text ids;               /* of machines, those that are new, with commas */
	size_t puts, drops, additions; /* since change_begin */
};

/* Locks, reads and splits the file. */
void change_begin(struct change *h, const struct ctl *c, const struct table_kind *kind);

/* The same for users.json, and finds the user, who must be there. */
size_t change_begin_user(struct change *h, const struct ctl *c, const char *name);

/* The change owns `record` from now on. If memory ran out while it was made, the program ends. */
void change_put(struct change *h, size_t place, struct text record);
void change_drop(struct change *h, size_t place);
void change_add(struct change *h, struct text record);

/* An edit must not give two machines one id, nor make a file that the service does not read. */
void change_apply(struct change *h);

/* Applies what is left, writes the new version, and ends the edit. */
void change_finish(struct change *h);

/* Ends an edit and writes nothing. It overwrites what it frees, since that may be passwords. */
void change_end(struct change *h);

#endif
