/* regulation: what is counted, and under which names. (regulation.bats tests it with Redis.) */
#include "store/regulation.h"
#include "check.h"

#include <string.h>

static void begin(struct regulation *g, const char *user, const char *address)
{
	static const struct config c = {
	    .user_addr = {10, 600}, .user = {100, 3600}, .addr = {60, 61}};

	regulation_begin(g, &c, user, address);
}

static bool same(const struct regulation *a, const struct regulation *b, int rule)
{
	return strcmp(a->rule[rule].key, b->rule[rule].key) == 0;
}

int main(void)
{
	struct regulation a, b;
	char key[STORE_KEY_SIZE];

	begin(&a, "user1", "192.0.2.1");
	CHECK(a.rule[0].limit.count == 10 && a.rule[0].limit.window_s == 600);
	CHECK(a.rule[1].limit.count == 100 && a.rule[1].limit.window_s == 3600);
	CHECK(a.rule[2].limit.count == 60 && a.rule[2].limit.window_s == 61);
	for (int i = 0; i < REGULATION_RULES; i++) {
		CHECK(strncmp(a.rule[i].key, "ssa:{", 5) == 0 && a.rule[i].name != NULL);
		CHECK(strncmp(a.rule[i].key + 8, "}:fail:", 7) == 0);
		CHECK(strlen(a.rule[i].key) == 15 + CRYPTO_DIGEST_LEN);
		for (int k = 0; k < i; k++)
			CHECK(strcmp(a.rule[i].key, a.rule[k].key) != 0);
	}
	/* The attempt leads to the counter of (user, address). */
	CHECK(strlen(a.attempt) == 64);
	store_key_fail(key, a.attempt + REGULATION_TAG, a.attempt + REGULATION_DIGEST);
	CHECK(strcmp(key, a.rule[0].key) == 0);
	/* The two counters of a user have the tag of the user, the third has one of its own. */
	CHECK(memcmp(store_key_tag(a.rule[0].key), store_key_tag(a.rule[1].key), TAG_LEN) == 0);
	CHECK(memcmp(store_key_tag(a.rule[0].key), store_key_tag(a.rule[2].key), TAG_LEN) != 0);
	begin(&b, "user1", "192.0.2.1");
	CHECK(strcmp(a.attempt, b.attempt) != 0);
	CHECK(same(&a, &b, 0) && same(&a, &b, 1) && same(&a, &b, 2));
	begin(&b, "user1", "192.0.2.2");
	CHECK(!same(&a, &b, 0) && same(&a, &b, 1) && !same(&a, &b, 2));
	begin(&b, "user2", "192.0.2.1");
	CHECK(!same(&a, &b, 0) && !same(&a, &b, 1) && same(&a, &b, 2));
	begin(&b, "User1", "192.0.2.1");
	CHECK(!same(&a, &b, 0) && !same(&a, &b, 1));
	/* A name that looks like an address does not count as one, and the border between name
	 * and address matters. */
	begin(&b, "192.0.2.1", "user1");
	CHECK(!same(&a, &b, 0) && !same(&a, &b, 1) && !same(&a, &b, 2));
	for (int i = 0; i < REGULATION_RULES; i++)
		for (int k = 0; k < REGULATION_RULES; k++)
			CHECK(strcmp(a.rule[i].key, b.rule[k].key) != 0);
	begin(&b, "user11", "92.0.2.1");
	CHECK(!same(&a, &b, 0));
	begin(&b, "", "");
	CHECK(strcmp(b.rule[1].key, b.rule[2].key) != 0);
	CHECK(regulation_broken(&b) == NULL);
	return check_done();
}
