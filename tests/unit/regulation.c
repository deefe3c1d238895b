/* regulation: what is counted, and under which names. (regulation.bats tests it with Redis.) */
#include "store/regulation.h"
#include "check.h"

static void begin(struct regulation *g, const char *user, const char *address)
{
	static const struct config c = {
	    .user_addr = {10, 600}, .user = {100, 3600}, .addr = {60, 61}};

	regulation_begin(g, &c, user, address);
}

/* Which counters are also those of user1 at 192.0.2.1: of both, of the user, of the address. */
static void show(FILE *out, const char *attempt)
{
	struct regulation a, b;
	char user[40], address[40];

	begin(&a, "user1", "192.0.2.1");
	sscanf(attempt, "%39[^@]@%39s", user, address);
	begin(&b, user, address);
	CHECK_ROW(regulation_broken(&b) == NULL, attempt);
	for (int i = 0; i < REGULATION_RULES; i++)
		fputs(strcmp(a.rule[i].key, b.rule[i].key) == 0 ? "same " : "other ", out);
	for (int i = 0; i < REGULATION_RULES; i++)
		for (int k = 0; k < REGULATION_RULES; k++)
			CHECK_ROW(i == k || strcmp(a.rule[i].key, b.rule[k].key) != 0, attempt);
}

/* A name that looks like an address does not count as one, and the border between name and address
 * matters. */
static check_pair attempts[] = {
    {"same same same ", "user1@192.0.2.1"},
    {"other same other ", "user1@192.0.2.2"},
    {"other other same ", "user2@192.0.2.1 User1@192.0.2.1"},
    {"other other other ", "192.0.2.1@user1 user11@92.0.2.1"},
};

TEST(counters)
{
	static const struct limit limits[] = {{10, 600}, {100, 3600}, {60, 61}};
	struct regulation a, b;
	char key[STORE_KEY_SIZE];

	begin(&a, "user1", "192.0.2.1");
	for (int i = 0; i < REGULATION_RULES; i++) {
		CHECK(a.rule[i].limit.count == limits[i].count &&
		      a.rule[i].limit.window_s == limits[i].window_s);
		CHECK(strncmp(a.rule[i].key, "ssa:{", 5) == 0 && a.rule[i].name != NULL);
		CHECK(strncmp(a.rule[i].key + 8, "}:fail:", 7) == 0);
		CHECK(strlen(a.rule[i].key) == 15 + CRYPTO_DIGEST_LEN);
	}
	/* The attempt leads to the counter of (user, address). */
	CHECK(strlen(a.attempt) == 64);
	store_key_fail(key, a.attempt + REGULATION_TAG, a.attempt + REGULATION_DIGEST);
	CHECK_TEXT(key, a.rule[0].key, a.attempt);
	begin(&b, "user1", "192.0.2.1");
	CHECK(strcmp(a.attempt, b.attempt) != 0);
	/* The two counters of a user have the tag of the user, the third has another one. */
	CHECK(memcmp(store_key_tag(a.rule[0].key), store_key_tag(a.rule[1].key), TAG_LEN) == 0);
	CHECK(memcmp(store_key_tag(a.rule[0].key), store_key_tag(a.rule[2].key), TAG_LEN) != 0);
	CHECK_WORDS(attempts, show);
	begin(&b, "", "");
	CHECK(strcmp(b.rule[1].key, b.rule[2].key) != 0);
}
