/* crypto: random texts, digests, comparison. (Argon2id: password.c) */
#include "core/crypto.h"
#include "check.h"

TEST(random)
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
TEST(known)
{
	char many[301], digest[CRYPTO_DIGEST_LEN + 1];
	const struct {
		const char *key, *first, *second, *digest;
	} rows[] = {
	    {NULL, "abc", NULL, "QBO_AAwkSVDEzEsWLaP5HQHgC1tkKvJS8UEr-QtOfb8"},
	    {NULL, NULL, NULL, "DldRwCblQ7Loqy6wYJnaodHl30d3j3eH-qtFzfEv46g"},
	    {NULL, "", NULL, "AxcKLnWXt7fj2EwFOR0TmmKxV-eHhtjAgvKdz0wRExQ"},
	    {NULL, "ticket", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	     "fY8AQg7-GDZhX7t0IddA4T6Dh1IC9DBdtSiJc-3lSpw"},
	    {"key", "csrf", NULL, "Bh-_WNxRbce_nbLRvxXU4TYffzs0G7iKcfWqsTbw25o"},
	    {"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "fingerprint", "A1B2C3D4E5F6G7H8I9HD",
	     "iLQdBh7u38CPoMtVwyex9Mn40S5syVRQclBMrbhE-VE"},
	    {NULL, many, NULL, "CAhpA9BFFVv64-g1TiZi9p3nNztHHAvZffCg9rip79M"},
	    {"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "abc", NULL,
	     "0CHpAFKsGLTPLkhE0q7hCiU6WuQYVEK8kArqm61nuBo"},
	};

	memset(many, 'y', 300);
	many[300] = '\0';
	EACH(row, rows) {
		crypto_digest(digest, row->key, row->first, row->second, NULL);
		CHECK_TEXT(digest, row->digest, row->first);
	}
}

/* The borders between the parts change the digest, and so does a key. */
TEST(borders)
{
	static const char *const rows[][3] = {{NULL, "ab", "c"}, {NULL, "a", "bc"}, {NULL, "abc"},
					      {NULL, "", "abc"}, {"key", "abc"},    {"kez", "abc"}};
	char a[CRYPTO_DIGEST_LEN + 1], b[CRYPTO_DIGEST_LEN + 1];

	EACH(one, rows)
		EACH(other, rows) {
			crypto_digest(a, (*one)[0], (*one)[1], (*one)[2], NULL);
			crypto_digest(b, (*other)[0], (*other)[1], (*other)[2], NULL);
			CHECK_ROW((strcmp(a, b) == 0) == (one == other), a);
		}
}

TEST(equal)
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

TEST(wipe)
{
	char secret[40];

	memset(secret, 's', sizeof secret);
	crypto_wipe(secret, sizeof secret);
	for (size_t i = 0; i < sizeof secret; i++)
		CHECK(secret[i] == 0);
}
