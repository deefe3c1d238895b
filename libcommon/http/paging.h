/* paging: the header lines that say how many records matched and where the other pages are. */
#ifndef SSA_PAGING_H
#define SSA_PAGING_H

#include "core/text.h"
#include "http/query.h"

#include <stddef.h>

/* Adds the header lines X-Total-Count and, for pages, Link (RFC 8288) with first, prev, next and
 * last: `path` and the parameters of the query string `text`, with another _page. `total` is how
 * many records matched. */
void paging_write_headers(const struct query *q, const char *path, const char *text, size_t total,
			  struct text *headers);

#endif
