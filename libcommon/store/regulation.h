/* regulation: the brake on guessing passwords (OWASP ASVS 5.0, 6.3.1). Login attempts are counted in
 * Redis for (user, address), for the user and for the address, in windows that begin with the first
 * attempt:
 *
 *   ssa:fail:<digest>    a sorted set with a member for each attempt, with a TTL
 *
 * An attempt is counted before its password is looked at, so that neither a client that leaves nor
 * a process that is killed makes a guess that counts for nothing, and so that parallel guesses
 * cannot pass a limit. One that succeeds is taken back. Members and not a number, because only a
 * member can be taken back exactly: when its window has ended meanwhile nothing happens, and adding
 * it twice adds it once.
 *
 * Names are digests, and unknown users are counted like known ones. See redis.h for how commands
 * are queued and their replies taken. */
#ifndef SSA_REGULATION_H
#define SSA_REGULATION_H

#include "core/config.h"
#include "core/crypto.h"
#include "core/result.h"

struct redis;

enum { REGULATION_RULES = 3, REGULATION_KEY_SIZE = 9 + CRYPTO_DIGEST_LEN + 1 };

/* One login attempt, as the three rules see it. */
struct regulation {
	struct regulation_rule {
		char key[REGULATION_KEY_SIZE];
		struct limit limit;
		const char *name;
	} rule[REGULATION_RULES];            /* the first is (user, address) */
	char attempt[CRYPTO_TICKET_LEN + 1]; /* its name in the sets */
	bool counted;                        /* it was queued to be counted */
	int broken;                          /* the rule that refused */
};

/* An address counts as what one client can hold: an IPv6 address by its /64 (RFC 6177), an IPv4
 * address in IPv6 form (::ffff:192.0.2.1) as the IPv4 address. false: the kernel gave no random
 * bytes. */
bool regulation_begin(struct regulation *g, const struct config *c, const char *user,
		      const char *address);

/* Queues a look at the counters, or also counts the attempt. */
void regulation_ask(struct regulation *g, struct redis *r);
void regulation_ask_counted(struct regulation *g, struct redis *r);

/* Takes the replies to either. RESULT_OK: the attempt may go on. RESULT_TOO_MANY: a limit is
 * reached, whatever the password. RESULT_UNAVAILABLE: redis_error() says why. */
enum result regulation_answer(struct regulation *g, struct redis *r);

/* After RESULT_TOO_MANY; a round trip of its own. Takes the attempt back if it was counted, since
 * one that was refused tried no password. Returns the seconds until the window ends, at least 1;
 * 0 when Redis failed. */
unsigned regulation_refuse(const struct regulation *g, struct redis *r);

/* The rule that refused, in words, for the log. */
const char *regulation_broken(const struct regulation *g);

/* Queues what a success means, or a fault of ours that kept the password from being looked at.
 * A success clears (user, address), and takes only itself back from the others, so that an
 * attacker's own account does not clean his address. The number of replies, for redis_done. */
unsigned regulation_succeed(const struct regulation *g, struct redis *r);
unsigned regulation_take_back(const struct regulation *g, struct redis *r);

#endif
