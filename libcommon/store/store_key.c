#include "store/store_key.h"

#include <string.h>

static const char before[] = TAG_BEFORE;

void store_key_ticket_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *ticket)
{
	crypto_digest(digest, NULL, "ticket", ticket, NULL);
}

void store_key_user_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username)
{
	crypto_digest(digest, NULL, "user", username, NULL);
}

void store_key_fail_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username,
			   const char *address)
{
	if (username == NULL)
		crypto_digest(digest, NULL, "attempts of address", address, NULL);
	else if (address == NULL)
		crypto_digest(digest, NULL, "attempts of user", username, NULL);
	else
		crypto_digest(digest, NULL, "attempts of user and address", username, address,
			      NULL);
}

static void make(char key[static STORE_KEY_SIZE], const char *tag, const char *kind,
		 const char *digest)
{
	char *at = key + sizeof before - 1;

	memcpy(key, before, sizeof before - 1);
	memcpy(at, tag, TAG_LEN);
	at = stpcpy(at + TAG_LEN, kind);
	strcpy(at, digest);
}

void store_key_ticket(char key[static STORE_KEY_SIZE], const char *tag, const char *digest)
{
	make(key, tag, "}:ticket:", digest);
}

void store_key_user(char key[static STORE_KEY_SIZE], const char *digest)
{
	make(key, digest, "}:user:", digest);
}

void store_key_fail(char key[static STORE_KEY_SIZE], const char *tag, const char *digest)
{
	make(key, tag, "}:fail:", digest);
}

bool store_key_is_ticket(const char *text, size_t len)
{
	char key[STORE_KEY_SIZE];

	if (len != STORE_KEY_SIZE - 1 || strlen(text) != len)
		return false;
	store_key_ticket(key, text + sizeof before - 1, text + len - CRYPTO_DIGEST_LEN);
	return strcmp(key, text) == 0;
}

const char *store_key_tag(const char *key)
{
	return key + sizeof before - 1;
}

const char *store_key_digest(const char *key)
{
	return strrchr(key, ':') + 1;
}
