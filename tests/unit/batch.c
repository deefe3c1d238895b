/* batch: which of the requests in hand are answered together. */
#include "http/batch.h"
#include "check.h"
#include "http/connection.h"

enum { COUNT = 6, NOW_MS = 1000000 };

static struct connection c[COUNT];
static struct batch b;

/* Lets these wait, a letter each: p has no query, q has one, l is late, r is still being read. */
static void choose(const char *waiting, unsigned most, bool only_refusals)
{
	static const struct operation *const some = (const void *)&c;
	struct hand h = {0};

	for (int i = 0; waiting[i] != '\0'; i++) {
		c[i] = (struct connection){
		    .state = waiting[i] == 'r' ? CONNECTION_READING : CONNECTION_WAITING,
		    .x = {.operation = some,
			  .request.query = waiting[i] == 'q' ? "id=1" : "",
			  .due_ms = NOW_MS + (waiting[i] == 'l' ? 100 : 4000)}};
		hand_add(&h, &c[i].x);
	}
	batch_choose(&b, &h, most, only_refusals, NOW_MS);
}

/* Whether the batch has exactly these, by their places in `waiting`. */
static bool has(const char *wanted)
{
	unsigned i = 0;

	while (wanted[i] != '\0' && i < b.count && b.list[i] == &c[wanted[i] - '0'].x)
		i++;
	return wanted[i] == '\0' && b.count == i;
}

TEST(batch)
{
	choose("qpp", 8, false);
	CHECK(has("120") && b.left == 0);
	/* However many others wait, one with a query is answered. */
	choose("ppppq", 3, false);
	CHECK(has("014") && b.left == 2);
	choose("qqpqq", 3, false);
	CHECK(has("201") && b.left == 0);
	choose("pqp", 1, false);
	CHECK(has("0") && b.left == 2);
	choose("qp", 1, false);
	CHECK(has("0") && b.left == 1);

	choose("rpl", 8, false);
	CHECK(has("12") && c[1].x.operation != NULL && c[1].x.reply.result == RESULT_OK);
	CHECK(c[2].x.operation == NULL && c[2].x.reply.result == RESULT_UNAVAILABLE);
	choose("plp", 8, true);
	CHECK(has("1") && b.left == 2);
}
