/* A query over a small table: query.c, selection.c, value.c, order.c, walk.c. The first byte of the
 * input says which machines the user may see, the rest is the query. A second implementation
 * (plain_query.h) must refuse the same queries and select the same records. */
#include "http/query.h"
#include "core/text.h"
#include "fuzz.h"
#include "http/paging.h"
#include "plain_query.h"

static struct table table;

static void set_up(void)
{
	static const struct table_kind kind = {.name = "machines",
					       .file_name = "machines.json",
					       .fields = {JSON_FIELD("id", JSON_NUMBER)},
					       .count = 1,
					       .required = 1};
	char why[TABLE_WHY_SIZE];

	CLAIM(table_read(&table, &kind, plain_text, strlen(plain_text), NULL, NULL, why) ==
	      TABLE_FINE);
	CLAIM(table.count == PLAIN_RECORDS);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct query q;
	struct bytes in = {data, size};
	uint32_t places[PLAIN_RECORDS];
	int ids[PLAIN_RECORDS], want[PLAIN_RECORDS], count = 0, total;
	char why[QUERY_WHY_SIZE] = "";

	if (table.count == 0)
		set_up();
	uint8_t seen = fuzz_byte(&in);
	for (int i = 0; i < PLAIN_RECORDS; i++)
		if (!(seen & 1 << i)) {
			places[count] = (uint32_t)i;
			ids[count++] = i + 1;
		}
	char *asked = fuzz_string(&in, '\0');
	bool good = query_read(&q, asked, why);
	CLAIM(good == plain_read(asked));
	if (!good) {
		CLAIM(strncmp(why, "parameter ", 10) == 0 || strncmp(why, "the query ", 10) == 0);
		CLAIM(strlen(why) < QUERY_WHY_SIZE - 1);
	} else {
		size_t selected = (size_t)count, matched;
		CLAIM(selection_apply(&q.selection, &table, places, &selected, &matched) ==
		      SELECTION_FINE);
		int wanted = plain_select(ids, count, want, &total);
		CLAIM(matched == (size_t)total && selected == (size_t)wanted);
		for (int i = 0; i < wanted; i++)
			CLAIM(places[i] + 1 == (uint32_t)want[i]);
		check_headers(&q, asked, matched);
	}
	free(asked);
	return 0;
}
