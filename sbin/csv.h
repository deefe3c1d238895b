/* csv: tables as text (RFC 4180). */
#ifndef SSA_CSV_H
#define SSA_CSV_H

#include "core/text.h"

/* Writes one cell. A text that a spreadsheet could take for a formula gets a ' before it (OWASP,
 * "CSV Injection"), also where a separator of another country, such as ; or a line break, makes a
 * new cell of its rest. */
void csv_cell(struct text *out, const char *text);

#endif
