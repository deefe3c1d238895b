/* store_key: the keys in Redis. No other module makes one.
 *
 *   ssa:{TAG}:ticket:<digest of the ticket>       a session, see session.h
 *   ssa:{TAG}:user:<digest of the name>           the index of a user's tickets, see ticket_index.h
 *   ssa:{TAG}:fail:<digest of what is counted>    a counter of attempts, see regulation.h
 *
 * The tag (redis/tag.h) is made from the user's name, and the tickets of the user begin with it. So
 * all keys of a user are in one slot of a cluster, on one node: what a request does for a user is
 * done in order, by one clock, and a ticket tells which node knows it. Only the counter of an
 * address has another tag. */
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

/* The digests that stand in keys: of a ticket, of a name, and of an attempt's name and address, of
 * which one may be NULL. */
void store_key_ticket_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *ticket);
void store_key_user_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username);
void store_key_fail_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username,
			   const char *address);

/* These write a key. A tag is the first TAG_LEN characters of a ticket, of the digest of a
 * name, or, for an address, of the digest of what is counted. */
void store_key_ticket(char key[static STORE_KEY_SIZE], const char *tag, const char *digest);
void store_key_user(char key[static STORE_KEY_SIZE], const char *digest);
void store_key_fail(char key[static STORE_KEY_SIZE], const char *tag, const char *digest);

/* True if the text is the key of a session in the form in which this program makes it. */
bool store_key_is_ticket(const char *text, size_t len);

/* Finds the tag in a key, and the digest in a key that has one. */
const char *store_key_tag(const char *key);
const char *store_key_digest(const char *key);

#endif
