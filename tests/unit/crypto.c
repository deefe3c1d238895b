/* crypto: random texts, digests, comparison. (Argon2id: password.c) */
#include "core/crypto.h"
#include "check.h"

#include <string.h>

static bool digest_is(const char *got, const char *want)
{
	return strcmp(got, want) == 0;
}

static void test_random(void)
{
	enum { COUNT = 500, LEN = 40 };
	static char texts[COUNT][LEN + 1];
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned used[64] = {0};

	for (int i = 0; i < COUNT; i++) {
		CHECK(crypto_random(texts[i], LEN));
		CHECK_ROW(strlen(texts[i]) == LEN && strspn(texts[i], alphabet) == LEN, texts[i]);
		for (int k = 0; k < i; k++)
			if (strcmp(texts[i], texts[k]) == 0)
				CHECK(false);
		for (int k = 0; k < LEN; k++)
			used[strchr(alphabet, texts[i][k]) - alphabet]++;
	}
	char longest[CRYPTO_RANDOM_MAX + 1];
	CHECK(crypto_random(longest, CRYPTO_RANDOM_MAX) && strlen(longest) == CRYPTO_RANDOM_MAX);
	/* There are 20,000 characters of 64 kinds, so about 312 of each kind. */
	for (int i = 0; i < 64; i++)
		CHECK(used[i] > 200 && used[i] < 500);
}

/* BLAKE2b-256 as in RFC 7693. The expected values come from other implementations (b2sum -l
 * 256, Python's hashlib and base64). */
static void test_digests(void)
{
	char a[CRYPTO_DIGEST_LEN + 1], b[CRYPTO_DIGEST_LEN + 1];

	crypto_digest(a, NULL, "abc", NULL);
	CHECK(digest_is(a, "QBO_AAwkSVDEzEsWLaP5HQHgC1tkKvJS8UEr-QtOfb8"));
	crypto_digest(a, NULL, NULL);
	CHECK(digest_is(a, "DldRwCblQ7Loqy6wYJnaodHl30d3j3eH-qtFzfEv46g"));
	crypto_digest(a, NULL, "", NULL);
	CHECK(digest_is(a, "AxcKLnWXt7fj2EwFOR0TmmKxV-eHhtjAgvKdz0wRExQ"));
	crypto_digest(a, NULL, "ticket", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL);
	CHECK(digest_is(a, "fY8AQg7-GDZhX7t0IddA4T6Dh1IC9DBdtSiJc-3lSpw"));
	crypto_digest(a, "key", "csrf", NULL);
	CHECK(digest_is(a, "Bh-_WNxRbce_nbLRvxXU4TYffzs0G7iKcfWqsTbw25o"));
	crypto_digest(a, "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "fingerprint",
		      "A1B2C3D4E5F6G7H8I9HD", NULL);
	CHECK(digest_is(a, "iLQdBh7u38CPoMtVwyex9Mn40S5syVRQclBMrbhE-VE"));
	char many[301];
	memset(many, 'y', 300);
	many[300] = '\0';
	crypto_digest(a, NULL, many, NULL);
	CHECK(digest_is(a, "CAhpA9BFFVv64-g1TiZi9p3nNztHHAvZffCg9rip79M"));
	crypto_digest(a, "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "abc",
		      NULL);
	CHECK(digest_is(a, "0CHpAFKsGLTPLkhE0q7hCiU6WuQYVEK8kArqm61nuBo"));
	/* The borders between the parts change the digest. */
	crypto_digest(a, NULL, "ab", "c", NULL);
	crypto_digest(b, NULL, "a", "bc", NULL);
	CHECK(strcmp(a, b) != 0);
	crypto_digest(b, NULL, "abc", NULL);
	CHECK(strcmp(a, b) != 0);
	crypto_digest(a, NULL, "", "abc", NULL);
	CHECK(strcmp(a, b) != 0);
	/* A key changes the digest. */
	crypto_digest(a, "key", "abc", NULL);
	CHECK(strcmp(a, b) != 0);
	crypto_digest(b, "kez", "abc", NULL);
	CHECK(strcmp(a, b) != 0);
}

static void test_equal(void)
{
	char a[64], b[64];

	memset(a, 'x', sizeof a);
	memset(b, 'x', sizeof b);
	CHECK(crypto_equal(a, b, sizeof a));
	for (size_t i = 0; i < sizeof a; i++)
		for (int bit = 0; bit < 8; bit++) {
			b[i] = (char)(b[i] ^ 1 << bit);
			CHECK(!crypto_equal(a, b, sizeof a));
			b[i] = (char)(b[i] ^ 1 << bit);
		}
	CHECK(crypto_equal(a, "y", 0));
}

static void test_wipe(void)
{
	char secret[40];

	memset(secret, 's', sizeof secret);
	crypto_wipe(secret, sizeof secret);
	for (size_t i = 0; i < sizeof secret; i++)
		CHECK(secret[i] == 0);
}

int main(void)
{
	test_random();
	test_digests();
	test_equal();
	test_wipe();
	return check_done();
}
