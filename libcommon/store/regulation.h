/* regulation: limits the guessing of passwords (OWASP ASVS 5.0, 6.3.1). Login attempts are counted
 * in Redis for (user, address), for the user and for the address. Each count has a window of time,
 * which begins with the first attempt:
 *
 *   ssa:{TAG}:fail:<digest>    a sorted set with a member for each attempt, with a TTL
 *
 * An attempt is counted before its password is looked at. So a guess counts even if the client
 * leaves or the process is killed, and parallel guesses cannot pass a limit. An attempt that
 * succeeds is taken back. A set is used, not a number, because a member can be taken back exactly:
 * if its window has ended meanwhile, nothing happens, and if it is added twice, it counts once.
 *
 * The names in the keys are digests. Unknown users are counted like known users. */
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

/* Begins an attempt. All addresses that one client can have count as one (client.h). false: the
 * kernel gave no random bytes. */
bool regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address);

/* Queues commands that read the counters, and, if `count` is true, count the attempt. When they
 * have run, and none has failed, regulation_broken is the rule that refuses the attempt, in words
 * for the log: its limit is reached, and the password does not matter. NULL: it may go on. */
void regulation_ask(struct regulation *g, struct redis *r, bool count);
const char *regulation_broken(const struct regulation *g);

/* Call it after that. It runs a batch. It takes the attempt back if it was counted, because a
 * refused attempt tried no password. Returns the seconds until the window ends, at least 1, or 0 if
 * Redis failed. */
unsigned regulation_refuse(const struct regulation *g, struct redis *r);

/* regulation_succeed queues the commands for a success. It clears the counter of user and
 * address. From the other two counters it takes back only this attempt, so that attackers cannot
 * clear the count of their address with a login of their own account. regulation_take_back is for
 * a fault of ours, because of which the password was not looked at. */
void regulation_succeed(const struct regulation *g, struct redis *r);
void regulation_take_back(const struct regulation *g, struct redis *r);

#endif
