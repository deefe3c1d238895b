#include "http/paging.h"
#include "core/percent.h"
#include "core/span.h"

/* <path?parameters&_page=N>; rel="…" */
static void add_link(struct text *out, const char *path, const struct text *others, size_t page,
		     const char *relation, const char *separator)
{
	text_string(out, separator);
	text_string(out, "<");
	text_string(out, path);
	text_string(out, "?");
	text_add(out, others->at, others->len);
	text_string(out, "_page=");
	text_number(out, (long long)page);
	text_string(out, ">; rel=\"");
	text_string(out, relation);
	text_string(out, "\"");
}

/* All parameters but _page, each with an & behind it. _page is known by its place, because its name
 * may have percent codes. */
static void collect_others(struct text *out, struct span parameters, unsigned page_place)
{
	struct span parameter;
	unsigned place = 0;

	while (span_next(&parameters, '&', &parameter)) {
		if (parameter.len == 0 || ++place == page_place)
			continue;
		percent_add(out, parameter);
		text_add(out, "&", 1);
	}
}

void paging_write_headers(const struct query *q, const char *path, const char *text, size_t total,
			  struct text *headers)
{
	size_t last = total > 0 ? (total - 1) / q->per_page + 1 : 1;
	struct text others = {0};

	text_string(headers, "X-Total-Count: ");
	text_number(headers, (long long)total);
	text_string(headers, "\r\n");
	if (!q->paged)
		return;
	collect_others(&others, span_of(text), q->page_place);
	text_string(headers, "Link: ");
	add_link(headers, path, &others, 1, "first", "");
	if (q->page > 1)
		add_link(headers, path, &others, q->page - 1 < last ? q->page - 1 : last, "prev",
			 ", ");
	if (q->page < last)
		add_link(headers, path, &others, q->page + 1, "next", ", ");
	add_link(headers, path, &others, last, "last", ", ");
	text_string(headers, "\r\n");
	headers->failed = headers->failed || others.failed;
	text_free(&others);
}
