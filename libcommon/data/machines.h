/* machines: the records of data/machines.json. Each has the numbers id, cpus and mem, the strings
 * status, GPU and ip, and any other members that its owner adds. They are sent byte by byte as the
 * file has them. */
#ifndef SSA_MACHINES_H
#define SSA_MACHINES_H

#include "core/crypto.h"
#include "core/text.h"
#include "data/records.h"
#include "data/selection.h"

#include <stdbool.h>

extern const struct table_kind machines_kind;

struct machines {
	struct records records;
	char digest[CRYPTO_DIGEST_LEN + 1];
	unsigned digest_of; /* the generation of the records; 0: none */
};

/* As records_open. `records` is used for the rest. */
bool machines_open(struct machines *m, const char *data_dir, bool resident);

/* The digest of the file, made once for each version. */
const char *machines_digest(struct machines *m);

/* What a caller may see: the machines that each list has. A list is the text of a JSON array of
 * ids; `at` NULL: no limit. Ids are compared by value: 100 is 1e2. Elements that are not numbers
 * match nothing. */
struct grant {
	struct span of_user, of_token;
};

/* Writes a JSON array of the machines of a grant, in the order of the file. false: no memory. */
bool machines_write(struct machines *m, struct grant grant, struct text *out);

/* Writes only those that are selected, in their order. *total is how many matched before the
 * slice. */
enum selection_result machines_write_selected(struct machines *m, struct grant grant,
					      const struct selection *s, struct text *out,
					      size_t *total);

/* Finds the first machine with this id; *record is its text. false: no machine has it, the
 * machine is not in the grant, or the id is not a JSON number. */
bool machines_find(struct machines *m, struct grant grant, struct span number, struct span *record);

#endif
