/* regulation: limits the guessing of passwords (OWASP ASVS 5.0, 6.3.1). Redis counts the login
 * attempts of (user, address), of the user and of the address, each in a window of time that begins
 * with the first attempt:
 *
 *   ssa:{TAG}:fail:<digest>    a sorted set with a member for each attempt, with a TTL
 *
 * An attempt is counted before its password is checked, so a guess counts even if the client leaves
 * or the process is killed, and parallel guesses cannot pass a limit. An attempt that succeeds is
 * taken back. A set can do that exactly, where a number cannot: taken back after its window has
 * ended, an attempt changes nothing, and added again, it counts once.
 *
 * The names in the keys are digests. Unknown users count like known ones. */
#ifndef SSA_REGULATION_H
#define SSA_REGULATION_H

#include "core/config.h"
#include "core/result.h"
#include "store/store_key.h"

struct redis;

enum {
	REGULATION_RULES = 3,
	REGULATION_RANDOM_LEN = 16,
	REGULATION_TAG = REGULATION_RANDOM_LEN + 1, /* where the tag is in an attempt's name */
	REGULATION_DIGEST = REGULATION_TAG + TAG_LEN + 1, /* and the digest */
	REGULATION_ATTEMPT_LEN = REGULATION_DIGEST + CRYPTO_DIGEST_LEN,
};

/* One login attempt, as the three rules see it. */
struct regulation {
	struct regulation_rule {
		char key[STORE_KEY_SIZE];
		struct limit limit;
		const char *name;
		unsigned counted; /* 1: this attempt is a part of the count */
		bool reached;     /* the limit is reached */
	} rule[REGULATION_RULES]; /* the first is (user, address) */
	/* The name of this attempt in the sets: a random text, and tag and digest of the key of
	 * (user, address), with ':' between, so that regulation_list.h finds the counters of all
	 * addresses of a user. It has 64 bytes (see ticket_index.h). */
	char attempt[REGULATION_ATTEMPT_LEN + 1];
	bool counted; /* the commands that count it were queued */
};

/* Begins an attempt. All addresses that one client can have count as one (client.h). Returns false
 * if there are no random bytes. */
bool regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address);

/* Queues commands that read the counters and, if `count` is true, count the attempt. When they have
 * run without a failure, regulation_broken returns the rule whose limit is reached, in words for
 * the log: the attempt is refused, whatever the password. NULL: it may go on. */
void regulation_ask(struct regulation *g, struct redis *r, bool count);
const char *regulation_broken(const struct regulation *g);

/* Then takes the attempt back, if it was counted, because it tried no password. It runs a batch.
 * Returns the seconds until the window ends, at least 1, or 0 if Redis failed. */
unsigned regulation_refuse(const struct regulation *g, struct redis *r);

/* Queue what follows an attempt. regulation_succeed clears the counter of (user, address), and
 * takes only this attempt back from the other two, so that attackers cannot clear the count of
 * their address with their own account. regulation_take_back is for a fault of ours. */
void regulation_succeed(const struct regulation *g, struct redis *r);
void regulation_take_back(const struct regulation *g, struct redis *r);

#endif
