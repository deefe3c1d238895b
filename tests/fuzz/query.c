/* A query over a small table: query.c, selection.c, value.c, order.c, walk.c. The first byte of the
 * input says which machines the user may see, the rest is the query. (tests/model has what a query
 * means. Here memory is checked, and what is true of every query.) */
#include "http/query.h"
#include "core/text.h"
#include "fuzz.h"
#include "http/paging.h"

enum { RECORDS = 8 };
static const char machines[] =
    "[{\"id\":1,\"name\":\"Lab\",\"n\":5,\"r\":{\"x\":1,\"y\":{\"z\":\"a\"}}},"
    "{\"id\":2,\"name\":\"lab\\u0021\",\"n\":5.0,\"n_gte\":7,\"r.x\":9,\"r\":{\"x\":2}},"
    "{\"id\":3,\"name\":\"\",\"n\":\"5\",\"t\":[\"k\",1,null]},"
    "{\"id\":4,\"n\":9007199254740993,\"b\":true,\"r\":[{\"x\":1}]},"
    "{\"id\":5,\"n\":9007199254740992,\"b\":false,\"_u\":\"\\\"q\"},"
    "{\"id\":6,\"n\":-1e400,\"b\":null,\"name\":\"\xc3\xa9\",\"n_like\":\"x\"},"
    "{\"id\":7,\"name\":\"LAB\",\"n\":1.10},"
    "{\"id\":8,\"n\":null,\"name\":\"5\",\"r\":\"x\"}]";

static struct table table;

static void set_up(void)
{
	static const struct table_kind kind = {.name = "machines",
					       .file_name = "machines.json",
					       .fields = {JSON_FIELD("id", JSON_NUMBER)},
					       .count = 1,
					       .required = 1};
	char why[TABLE_WHY_SIZE];

	CLAIM(table_read(&table, &kind, machines, strlen(machines), NULL, NULL, why) == TABLE_FINE);
	CLAIM(table.count == RECORDS);
}

/* Lines that end with CRLF and have no other control character, nor what is not ASCII. Each link
 * can be read again, and leads to a page of the same query. */
static void check_headers(const struct query *q, const char *asked, size_t total)
{
	struct text headers = {0};
	struct query again;
	char why[QUERY_WHY_SIZE];

	paging_write_headers(q, "/p", asked, total, &headers);
	text_add(&headers, "", 1);
	CLAIM(!headers.failed && strncmp(headers.at, "X-Total-Count: ", 15) == 0);
	CLAIM((strstr(headers.at, "\r\nLink: ") != NULL) == q->paged);
	for (const char *at = headers.at; *at != '\0'; at++)
		CLAIM((*at >= ' ' && *at < 0x7F) || strncmp(at, "\r\n", 2) == 0 ||
		      (*at == '\n' && at[-1] == '\r'));
	for (char *at = headers.at; (at = strstr(at, "</p?")) != NULL;) {
		char *end = strchr(at += 4, '>');
		CLAIM(end != NULL);
		*end = '\0';
		if (strlen(at) <= QUERY_MAX_BYTES && q->page_place != 0) {
			CLAIM(query_read(&again, at, why) && again.paged);
			CLAIM(again.per_page == q->per_page && again.page >= 1);
			CLAIM(again.selection.condition_count == q->selection.condition_count);
		}
		at = end + 1;
	}
	text_free(&headers);
}

/* The records that may be seen, one bit each, reduced to those that the query selects. */
static size_t apply(const struct query *q, uint8_t hidden, uint32_t *places, size_t *matched)
{
	size_t count = 0;

	for (uint32_t i = 0; i < RECORDS; i++)
		if (!(hidden & 1 << i))
			places[count++] = i;
	CLAIM(selection_apply(&q->selection, &table, places, &count, matched) == SELECTION_FINE);
	return count;
}

/* The slice is a part of all that matches, which are records that may be seen, once each. */
static void check_slice(struct query *q, uint8_t hidden, const uint32_t *slice, size_t count,
			size_t matched)
{
	uint32_t all[RECORDS];
	size_t start = q->selection.start, end = q->selection.end, total;

	q->selection.start = 0;
	q->selection.end = SIZE_MAX;
	CLAIM(apply(q, hidden, all, &total) == matched && total == matched);
	start = start < total ? start : total;
	end = end < total ? end : total;
	CLAIM(count == (end > start ? end - start : 0));
	CLAIM(count == 0 || memcmp(slice, all + start, count * sizeof *all) == 0);
	for (size_t i = 0; i < total; i++) {
		CLAIM(all[i] < RECORDS && !(hidden & 1 << all[i]));
		hidden |= (uint8_t)(1 << all[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct query q;
	struct bytes in = {data, size};
	uint32_t places[RECORDS];
	char why[QUERY_WHY_SIZE] = "";

	if (table.count == 0)
		set_up();
	uint8_t hidden = fuzz_byte(&in);
	char *asked = fuzz_string(&in, '\0');
	if (!query_read(&q, asked, why)) {
		CLAIM(strncmp(why, "parameter ", 10) == 0 || strncmp(why, "the query ", 10) == 0);
		CLAIM(strlen(why) < QUERY_WHY_SIZE - 1);
	} else {
		size_t matched, count = apply(&q, hidden, places, &matched);
		check_headers(&q, asked, matched);
		check_slice(&q, hidden, places, count, matched);
	}
	free(asked);
	return 0;
}
