/* machines: data/machines.json. A record has the numbers id, cpus and mem and the strings status,
 * GPU and ip; everything else is the owner's. Records leave as the bytes they came as. */
#ifndef SSA_MACHINES_H
#define SSA_MACHINES_H

#include "core/text.h"
#include "data/records.h"
#include "data/selection.h"

#include <stdbool.h>

struct machines {
	struct records records;
};

/* As records_open. */
bool machines_open(struct machines *m, const char *data_dir, bool resident);
void machines_close(struct machines *m);

/* As records_refresh. */
bool machines_refresh(struct machines *m);

/* Writes a JSON array of the machines with these ids, a JSON array as written (at NULL: of all), in
 * the file's order. An id counts as the same when it is written the same. Members of the list that
 * are no numbers match nothing. false: no memory. */
bool machines_write(struct machines *m, struct span ids, struct text *out);

/* As machines_write, but only those that are selected, in their order. *total is how many matched
 * before the slice. */
bool machines_write_selected(struct machines *m, struct span ids, const struct selection *s,
			     struct text *out, size_t *total);

#endif
