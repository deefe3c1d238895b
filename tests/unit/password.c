/* password: plain text, Argon2id by the argon2 tool, and strings that are neither. */
#include "auth/password.h"
#include "check.h"
#include "core/crypto.h"

static const char word[] = "correct horse";

/* Made with `printf 'correct horse' | argon2 SALT -id …`. */
static const char *const hashes[] = {
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=64,t=1,p=1$dW5pdC1zYWx0LTY0$xjpktn782GarEUUPm84g+zrSKMO6qfUMWdBA46MKb7M",
    "$argon2id$v=19$m=256,t=3,p=1$dW5pdC1zYWx0LTI1Ng$lAB55LtDttN9lS5AteoADT7t38kfj2U9jZl/iJqi5C8",
    "$argon2id$v=19$m=512,t=2,p=2$dW5pdC1zYWx0LTUxMg$zDzqArz52EQANSCE65cfyss1f5bca4WTy2hdN4MHut8",
    "$argon2id$v=19$m=1024,t=1,p=4$dW5pdC1zYWx0LTEwMjQ$bFiVVZ72mH2zE9TgYYX72CmlvSZNH3MyOP8lCk3gmUA",
    "$argon2id$v=19$m=4096,t=1,p=1$dW5pdC1zYWx0LTQwOTY$bQ4y/Vde0b/NV1OS/npwJUYpdGkrJb8EZDgOV0iAEOs",
    ("$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$"
     "BGGpQB44ITZJeQQk3tVeXYij8woYKP0VwysRAio0qxwbDI1urQWOa7R94V6BmDRG6jFZvl6U/zMFWvIEmfz6QQ"),
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$uVcYuVRCVwpgtJGHLz2kQg",
};

/* Hashes of the same password by other methods, and strings that only look like a hash. */
static const char *const others[] = {
    "$argon2i$v=19$m=64,t=3,p=1$dW5pdC1zYWx0LWk$9UULPbRyR4XCslzSRdb9lKAEl2PUgHvfla3Pg8A/7/E",
    "$argon2d$v=19$m=64,t=3,p=1$dW5pdC1zYWx0LWQ$IV/+ePDxjDoQXaeIxA3LpEJNR3CoJoTeLmJMxZOvOlU",
    "$argon2id$v=16$m=64,t=3,p=1$dW5pdC1zYWx0LXY$zObjLT3McWZmzze3hqVnOOoxNECPdEI7dP5J52dkEXU",
    "$2b$12$abcdefghijklmnopqrstuuO3pQ1xZ1dXk8fXk8fXk8fXk8fXk8fXk",
    "$6$salt$hash",
    "$1$a$b",
    "$y$j9T$x$y",
    "$pbkdf2-sha256$29000$a$b",
    "$scrypt$a$b",
    "$$",
    "$x$",
    "$a$b",
    "$ARGON2ID$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
};

/* Hashes with another cost than they were made with. */
static const char *const costs[] = {
    "$argon2id$v=19$m=9,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=8,t=2,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
};

/* These begin like Argon2id, and the rest is invalid. */
static const char *const broken[] = {
    "$argon2id$v=19$",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg",
    "$argon2id$v=19$m=8,t=1,p=1$$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVW",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWt",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs$",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs=",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs ",
    "$argon2id$v=19$m=8,t=0,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=0,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=8,t=1,p=0$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$t=1,m=8,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=8,t=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=-8,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    ("$argon2id$v=19$m=99999999999,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/"
     "YyE6sXVcVWs"),
    "$argon2id$v=19$m=08,t=1,p=1$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=8,t=1,p=2$dW5pdC1zYWx0LTg$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC0$triloz3euWWoO1XHY+3ecyfUoOgzV99/YyE6sXVcVWs",
    "$argon2id$v=19$m=8,t=1,p=1$dW5pdC1zYWx0LTg$trilozY",
};

static void check_matches(const char *stored, const char *sent)
{
	const char *why = NULL;

	CHECK_ROW(password_verify(stored, NULL, sent, &why) == RESULT_OK, stored);
}

static void check_refused(const char *stored, const char *sent, const char *reason)
{
	const char *why = NULL;

	CHECK_ROW(password_verify(stored, NULL, sent, &why) == RESULT_UNAUTHENTICATED, stored);
	CHECK_ROW(why != NULL && strstr(why, reason) != NULL, stored);
}

TEST(argon2id)
{
	static const char *const wrong[] = {
	    "", "correct hors", "correct horse ", "Correct horse", "correct horsf", "x"};

	EACH(hash, hashes) {
		check_matches(*hash, word);
		CHECK_ROW(crypto_argon2id(*hash, word) == CRYPTO_MATCH, *hash);
		EACH(sent, wrong)
			check_refused(*hash, *sent, "wrong password");
		/* The string of the hash is not accepted as the password. */
		check_refused(*hash, *hash, "wrong password");
	}
	check_matches("$argon2id$v=19$m=64,t=1,p=1$dW5pdC1zYWx0LXU$RqrRR4Tx/"
		      "ui3my2WKACEittwK7Z4sb4+Q3nQdK0mkxI",
		      "p\xc3\xa4ss \"w\\rd");
	EACH(hash, costs)
		check_refused(*hash, word, "wrong password");
}

/* A hash is never plain text, whatever its method. */
TEST(others)
{
	EACH(hash, others) {
		check_refused(*hash, word, "unsupported");
		check_refused(*hash, *hash, "unsupported");
	}
	EACH(hash, broken) {
		check_refused(*hash, word, "unsupported");
		check_refused(*hash, *hash, "unsupported");
		CHECK_ROW(crypto_argon2id(*hash, word) != CRYPTO_MATCH, *hash);
	}
}

TEST(plain)
{
	static const char *const rows[] = {
	    "A1B2C3D4E5F6G7H8I9HD", "x", "$", "$x", "a$b$c", " ", "p\xc3\xa4ss \"w\\rd",
	    "argon2id$v=19$"};
	char changed[64];

	EACH(row, rows) {
		size_t len = strlen(*row);
		check_matches(*row, *row);
		for (size_t k = 0; k < len; k++) {
			strcpy(changed, *row);
			changed[k] = (char)(changed[k] ^ 1);
			check_refused(*row, changed, "wrong password");
		}
		/* One byte less and one byte more: a prefix is not the password. */
		snprintf(changed, len, "%s", *row);
		check_refused(*row, changed, "wrong password");
		snprintf(changed, sizeof changed, "%sx", *row);
		check_refused(*row, changed, "wrong password");
	}
	check_refused("", "x", "");
}

/* An unknown user: no password matches. This includes the password of the hash that is computed in
 * place of the user's. */
TEST(unknown)
{
	const char *why = NULL;

	CHECK(password_verify(NULL, NULL, word, &why) == RESULT_UNAUTHENTICATED &&
	      strcmp(why, "unknown user") == 0);
	CHECK(password_verify(NULL, hashes[0], word, &why) == RESULT_UNAUTHENTICATED &&
	      strcmp(why, "unknown user") == 0);
	CHECK(password_verify("plain", hashes[0], word, &why) == RESULT_UNAUTHENTICATED &&
	      strcmp(why, "wrong password") == 0);
	CHECK(password_verify(others[0], hashes[0], word, &why) == RESULT_UNAUTHENTICATED);
	CHECK(password_verify("plain", hashes[0], "plain", &why) == RESULT_OK);
	CHECK(password_verify(NULL, broken[0], word, &why) == RESULT_UNAUTHENTICATED);
}
