/* crypto: tickets, digests, comparison. (Argon2id: password.c) */
#include "core/crypto.h"
#include "check.h"

#include <string.h>

static bool digest_is(const char *got, const char *want)
{
	return strcmp(got, want) == 0;
}

static void test_tickets(void)
{
	enum { COUNT = 500 };
	static char tickets[COUNT][CRYPTO_TICKET_LEN + 1];
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned used[64] = {0};

	for (int i = 0; i < COUNT; i++) {
		CHECK(crypto_ticket(tickets[i]));
		CHECK_ROW(strlen(tickets[i]) == CRYPTO_TICKET_LEN &&
			      strspn(tickets[i], alphabet) == CRYPTO_TICKET_LEN,
			  tickets[i]);
		for (int k = 0; k < i; k++)
			if (strcmp(tickets[i], tickets[k]) == 0)
				CHECK(false);
		for (int k = 0; k < CRYPTO_TICKET_LEN; k++)
			used[strchr(alphabet, tickets[i][k]) - alphabet]++;
	}
	/* There are 21,500 characters of 64 kinds, so about 336 of each kind. */
	for (int i = 0; i < 64; i++)
		CHECK(used[i] > 200 && used[i] < 500);
}

/* BLAKE2b-256 as in RFC 7693. The expected values come from other implementations (b2sum -l
 * 256, Python's hashlib). */
static void test_digests(void)
{
	char a[CRYPTO_DIGEST_LEN + 1], b[CRYPTO_DIGEST_LEN + 1];

	crypto_digest(a, NULL, "abc", NULL);
	CHECK(digest_is(a, "4013bf000c244950c4cc4b162da3f91d01e00b5b642af252f1412bf90b4e7dbf"));
	crypto_digest(a, NULL, NULL);
	CHECK(digest_is(a, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"));
	crypto_digest(a, NULL, "", NULL);
	CHECK(digest_is(a, "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314"));
	crypto_digest(a, NULL, "ticket", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL);
	CHECK(digest_is(a, "7d8f00420efe1836615fbb7421d740e13e83875202f4305db5288973ede54a9c"));
	crypto_digest(a, "key", "csrf", NULL);
	CHECK(digest_is(a, "061fbf58dc516dc7bf9db2d1bf15d4e1361f7f3b341bb88a71f5aab136f0db9a"));
	crypto_digest(a, "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "fingerprint",
		      "A1B2C3D4E5F6G7H8I9HD", NULL);
	CHECK(digest_is(a, "88b41d061eeedfc08fa0cb55c327b1f4c9f8d12e6cc9545072504cadb844f951"));
	char many[301];
	memset(many, 'y', 300);
	many[300] = '\0';
	crypto_digest(a, NULL, many, NULL);
	CHECK(digest_is(a, "08086903d045155bfae3e8354e2662f69de7373b471c0bd97df0a0f6b8a9efd3"));
	crypto_digest(a, "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", "abc",
		      NULL);
	CHECK(digest_is(a, "d021e90052ac18b4cf2e4844d2aee10a253a5ae4185442bc900aea9bad67b81a"));
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
	test_tickets();
	test_digests();
	test_equal();
	test_wipe();
	return check_done();
}
