/* keys: the form of the keys, and what can be found in them. */
#include "store/store_key.h"
#include "check.h"

#include <string.h>

TEST(keys)
{
	char user[CRYPTO_DIGEST_LEN + 1], digest[CRYPTO_DIGEST_LEN + 1], key[STORE_KEY_SIZE];

	/* The digests come from other implementations (b2sum and base64). */
	store_key_user_digest(user, "user1");
	CHECK(strcmp(user, "VLkrstnIZpJEZGxBUfAiCx6ZLWF-cQI3wQPqjTsk2C8") == 0);
	store_key_ticket_digest(digest, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	CHECK(strcmp(digest, "fY8AQg7-GDZhX7t0IddA4T6Dh1IC9DBdtSiJc-3lSpw") == 0);

	store_key_user(key, user);
	CHECK(strncmp(key, "ssa:{", 5) == 0 && strncmp(key + 5, user, TAG_LEN) == 0);
	CHECK(strcmp(key + 8, "}:user:VLkrstnIZpJEZGxBUfAiCx6ZLWF-cQI3wQPqjTsk2C8") == 0);
	CHECK(store_key_tag(key) == key + 5 && strcmp(store_key_digest(key), user) == 0);

	/* The longest key, with the tag of a whole ticket, of which only the beginning counts. */
	store_key_ticket(key, "abcdefghijklm", digest);
	CHECK(strcmp(key, "ssa:{abc}:ticket:fY8AQg7-GDZhX7t0IddA4T6Dh1IC9DBdtSiJc-3lSpw") == 0);
	CHECK(strlen(key) == STORE_KEY_SIZE - 1 && store_key_is_ticket(key, strlen(key)));
	CHECK(!store_key_is_ticket(key, strlen(key) - 1));
	char bad[STORE_KEY_SIZE];
	for (size_t i = 0; i < STORE_KEY_SIZE - 1; i++) {
		/* Any byte of the tag and the digest will do, but no NUL. */
		bool free = (i >= 5 && i < 8) || i >= 17;
		strcpy(bad, key);
		bad[i] = '!';
		CHECK(store_key_is_ticket(bad, STORE_KEY_SIZE - 1) == free);
		bad[i] = '\0';
		CHECK(!store_key_is_ticket(bad, STORE_KEY_SIZE - 1));
	}
	store_key_fail(key, "-_9", digest);
	CHECK(strcmp(key, "ssa:{-_9}:fail:fY8AQg7-GDZhX7t0IddA4T6Dh1IC9DBdtSiJc-3lSpw") == 0);

	/* What is counted is never taken for something else. */
	char of_both[CRYPTO_DIGEST_LEN + 1];
	store_key_fail_digest(of_both, "a", "b");
	store_key_fail_digest(digest, "a", NULL);
	CHECK(strcmp(of_both, digest) != 0);
	store_key_fail_digest(user, NULL, "a");
	CHECK(strcmp(user, digest) != 0 && strcmp(user, of_both) != 0);
}
