/* keys: the keys in Redis. No other module makes one.
 *
 *   ssa:{TAG}:ticket:<digest of the ticket>       a session, see session.h
 *   ssa:{TAG}:user:<digest of the name>           the index of a user's tickets, see tickets.h
 *   ssa:{TAG}:fail:<digest of what is counted>    a counter of attempts, see regulation.h
 *   ssa:{TAG}:probe                               never there, see fence_probe
 *
 * The tag is made from the user's name, and the tickets of the user begin with it. A cluster places
 * a key by the text in braces ("hash tags" of the Redis Cluster specification). So all keys of a
 * user are in one slot, on one node: what a request does for a user is done in order, by one clock,
 * and a ticket tells which node knows it. Only the counter of an address has a tag of its own. The
 * 262,144 tags reach every slot of a cluster. */
#ifndef SSA_KEYS_H
#define SSA_KEYS_H

#include "core/crypto.h"

#include <stdbool.h>
#include <stddef.h>

#define KEYS_TICKETS "ssa:{*}:ticket:*" /* the keys of all sessions, as a pattern for SCAN */
enum {
	KEYS_TAG_LEN = 3,
	KEYS_TAGS = 64 * 64 * 64,
	KEYS_SIZE = sizeof "ssa:{tag}:ticket:" + CRYPTO_DIGEST_LEN,
};

/* The digests that stand in keys: of a ticket, of a name, and of an attempt's name and address, of
 * which one may be NULL. */
void keys_ticket_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *ticket);
void keys_user_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username);
void keys_fail_digest(char digest[static CRYPTO_DIGEST_LEN + 1], const char *username,
		      const char *address);

/* These write a key. A tag is the first KEYS_TAG_LEN characters of a ticket, of the digest of a
 * name, or, for an address, of the digest of what is counted. */
void keys_ticket(char key[static KEYS_SIZE], const char *tag, const char *digest);
void keys_user(char key[static KEYS_SIZE], const char *digest);
void keys_fail(char key[static KEYS_SIZE], const char *tag, const char *digest);
void keys_probe(char key[static KEYS_SIZE], const char *tag);

/* Writes one of the KEYS_TAGS possible tags, as a string. */
void keys_tag_number(char tag[static KEYS_TAG_LEN + 1], unsigned number);

/* Finds the tag in a key, and the digest in a key that has one. */
const char *keys_tag_of(const char *key);
const char *keys_digest_of(const char *key);

#endif
