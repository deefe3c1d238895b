/* regulation: the brake on guessing passwords (OWASP ASVS 5.0, 6.3.1). Failed logins are counted in
 * Redis, for (user, address), for the user and for the address, in windows that begin with the
 * first failure:
 *
 *   ssa:fail:<digest>    a counter, with a TTL
 *
 * Names are digests, and unknown users are counted like known ones. See redis.h for ask and answer.
 */
#ifndef SSA_REGULATION_H
#define SSA_REGULATION_H

#include "config.h"
#include "crypto.h"
#include "result.h"

struct redis;

enum { REGULATION_RULES = 3, REGULATION_KEY_SIZE = 9 + CRYPTO_DIGEST_LEN + 1 };

/* One login attempt, as the three rules see it. */
struct regulation {
	struct regulation_rule {
		char key[REGULATION_KEY_SIZE];
		struct limit limit;
		const char *name;
	} rule[REGULATION_RULES]; /* the first is (user, address) */
	int broken;               /* the rule that refused */
};

void regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address);

/* Queues and takes the counters. RESULT_OK: the attempt may go on. RESULT_TOO_MANY: a limit is
 * reached, whatever the password. RESULT_UNAVAILABLE: redis_error() says why. */
void regulation_ask(const struct regulation *g, struct redis *r);
enum result regulation_answer(struct regulation *g, struct redis *r);

/* After RESULT_TOO_MANY, and so that a counter without an end gets one: the seconds until the window ends, at least 1; 0 when Redis failed. */
unsigned regulation_wait_s(const struct regulation *g, struct redis *r);

/* The rule that refused, in words, for the log. */
const char *regulation_broken(const struct regulation *g);

/* Counts a failure. RESULT_OK or RESULT_UNAVAILABLE. */
enum result regulation_count(const struct regulation *g, struct redis *r);

/* Queues what a success clears: (user, address) alone, so that an attacker's own account does not
 * clean his address. One reply, for redis_done. */
void regulation_clear(const struct regulation *g, struct redis *r);

#endif
