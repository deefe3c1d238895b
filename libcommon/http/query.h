/* query: reads a query string in the grammar of json-server into a selection (data/selection.h).
 *
 * It understands two dialects that never collide. json-server 1.0 writes cpus:gte=16 and
 * _per_page. json-server 0.17 writes cpus_gte=16, name_like=lab, q, _start, _end, _limit and
 * _order. A parameter that is not understood is refused and never ignored: a client that misspells
 * an operator must not get everything without a word. */
#ifndef SSA_QUERY_H
#define SSA_QUERY_H

#include "data/selection.h"

#include <stdbool.h>
#include <stddef.h>

#define QUERY_MAX_BYTES      8192
#define QUERY_PARAMETERS_MAX 64
#define QUERY_PER_PAGE_MAX   10000

enum {
	QUERY_PER_PAGE = 10, /* unless the client says otherwise */
	QUERY_WHY_SIZE = 96,
};

struct query {
	struct selection selection;
	bool paged;          /* _page, or _per_page alone */
	unsigned page_place; /* of _page among the parameters, from 1; 0: it was not sent */
	size_t page, per_page;
	char bytes[QUERY_MAX_BYTES +
		   1]; /* the decoded names and values, which the selection points to */
};

/* Reads QUERY_STRING. false: `why` is a sentence for the client, which names the parameter by its
 * place and repeats nothing of it. Needs no memory. */
bool query_read(struct query *q, const char *text, char why[static QUERY_WHY_SIZE]);

/* Whether each percent code that the client sent in its query is good. lighttpd's url-normalize
 * makes %25zz of %zz, so `text`, which is QUERY_STRING, looks good; `target` is REQUEST_URI, or "".
 * false: as query_read. */
bool query_was_coded(const char *text, const char *target, char why[static QUERY_WHY_SIZE]);

/* For a request that knows no parameter, where only `_` is ignored. false: as query_read. */
bool query_is_ignored(struct query *q, const char *text, char why[static QUERY_WHY_SIZE]);

#endif
