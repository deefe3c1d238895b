/* store_key: the keys in Redis. No other module makes one.
 *
 *   ssa:{TAG}:ticket:<digest of the ticket>       a session, see session.h
 *   ssa:{TAG}:user:<digest of the name>           the index of a user's tickets, see ticket_index.h
 *   ssa:{TAG}:fail:<digest of what is counted>    a counter of attempts, see regulation.h
 *
 * The tag (redis/tag.h) is made from the user's name, and the user's tickets begin with it. All
 * keys of a user are therefore on one node of a cluster: what a request does is done in order, by
 * one clock, and a ticket tells which node knows it. Only the counter of an address has another
 * tag. */
#ifndef SSA_STORE_KEY_H
#define SSA_STORE_KEY_H

#include "core/crypto.h"
#include "redis/tag.h"

#include <stdbool.h>
#include <stddef.h>

#define STORE_KEY_TICKETS "ssa:{*}:ticket:*" /* the keys of all sessions, as a pattern for SCAN */
enum {
	STORE_KEY_SIZE = sizeof "ssa:{tag}:ticket:" + CRYPTO_DIGEST_LEN,
};

/* The digests in keys: of a ticket, of a user's name, and of the name and the address of an
 * attempt, one of which may be NULL. */
void store_key_ticket_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *ticket);
void store_key_user_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username);
void store_key_fail_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username,
			   const char *address);

/* These write a key. A tag is the first TAG_LEN characters of a ticket, of the digest of a name,
 * or, for an address, of the digest of what is counted. */
void store_key_ticket(char key[static STORE_KEY_SIZE], const char *tag, const char *digest);
void store_key_user(char key[static STORE_KEY_SIZE], const char *digest);
void store_key_fail(char key[static STORE_KEY_SIZE], const char *tag, const char *digest);

/* True if the text is the key of a session. */
bool store_key_is_ticket(const char *text, size_t len);

/* Find the tag in a key, and the digest in a key that has one. */
const char *store_key_tag(const char *key);
const char *store_key_digest(const char *key);

#endif
