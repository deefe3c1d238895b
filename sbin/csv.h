/* csv: tables as text (RFC 4180). */
#ifndef SSA_CSV_H
#define SSA_CSV_H

#include <stdbool.h>
#include <stddef.h>

/* A text that is read. csv_next changes it. */
struct csv {
	char *at, *end; /* *end is a NUL */
	char separator;
	size_t line;       /* of `at`, from 1 */
	const char *fault; /* what is wrong with the quotes of the last cell; NULL: nothing */
};

/* Takes one cell off the text, in place: without its quotes and what csv_print puts before a
 * formula, and with a NUL at its end. *last: the row ends after it, by CR, LF or both. NULL: a
 * quote has no end. */
char *csv_next(struct csv *c, bool *last);

/* Writes one cell to stdout. A text that a spreadsheet could take for a formula gets a ' before it
 * (OWASP, "CSV Injection"). So does what follows a separator of another locale, such as ; or a line
 * break, since there it begins a cell. */
void csv_print(const char *text);

#endif
