/* config: the settings in the environment, read once and checked. A wrong value is an error, never
 * a silent default. An empty value counts as unset, because front-end servers pass empty
 * variables. */
#ifndef SSA_CONFIG_H
#define SSA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

/* lighttpd does not start with more workers; scripts/lighttpd-vars.sh has the same limit. */
#define CONFIG_WORKERS_MAX 512

/* A value of redis_wait: SSA_REDIS_WAIT is not set. */
#define CONFIG_WAIT_UNSET 1000

#define CONFIG_ORIGIN_MAX_BYTES 255

/* At most `count` failures in `window_s` seconds. A count of 0: no limit. */
struct limit {
	unsigned count, window_s;
};

/* A share of all requests that is made to fail (SSA_FAULTS). */
struct fault_share {
	unsigned code;  /* the status; 0: the reply is cut off */
	unsigned share; /* of CONFIG_SHARES_WHOLE */
};
enum { CONFIG_SHARES_MAX = 16, CONFIG_SHARES_WHOLE = 1000000 };

#define CONFIG_DELAY_MAX_MS 30000

struct config {
	const char *redis_url;     /* REDIS_URL; redis_new looks whether it is one */
	unsigned redis_wait;       /* SSA_REDIS_WAIT: replicas that must have a write */
	char data_dir[1024];       /* SSA_DATA_DIR */
	unsigned ticket_ttl_s;     /* SSA_TICKET_TTL */
	unsigned ticket_max_s;     /* SSA_TICKET_MAX: how long renewals can prolong a login */
	unsigned tickets_per_user; /* SSA_TICKETS_PER_USER: one more ends the oldest */
	const char *cors_origins;  /* SSA_CORS_ORIGINS: "", "*", or origins with commas */
	unsigned delay_least_ms, delay_most_ms; /* SSA_DELAY */
	const char *faults;                     /* SSA_FAULTS, as written; NULL: off */
	struct fault_share shares[CONFIG_SHARES_MAX];
	unsigned share_count;
	struct limit user_addr, user, addr; /* SSA_LOGIN_LIMITS, in this order */
	unsigned hashes;  /* SSA_HASHES: at a time; 0: by processors, see slots.h */
	unsigned workers; /* SSA_WORKERS: processes of a resident program */
	bool supervised;  /* SSA_SUPERVISED=1: a resident program ends with its parent */
	char fault[160];  /* what is wrong, for the log; "" when the config is good */
};

/* What a program needs settings for. */
enum config_part {
	CONFIG_REDIS = 1,
	CONFIG_DATA = 2,
	CONFIG_LIMITS = 4,  /* on guessing */
	CONFIG_SERVICE = 8, /* for the programs of the service */
	CONFIG_ALL = 15,
};

/* Writes the path of a file, which is given relative to the folder of this program. false: it is
 * too long. */
bool config_beside(char *path, size_t size, const char *relative);

/* The data folder if SSA_DATA_DIR is not set, for config_beside. */
#define CONFIG_DATA_BESIDE "../data"

/* Is told the name of a wrong variable and the rule that it breaks, but never the value. */
typedef void config_fault(void *context, const char *name, const char *what);

/* Reads the settings of these parts; the others are zero. false: a value is wrong, and c->fault
 * names the variable and the rule. `tell` is called for each fault; NULL: reading ends at the
 * first. */
bool config_load(struct config *c, unsigned parts, config_fault *tell, void *context);

/* Tells each variable SSA_… that is no setting, with the nearest one that is. SSA_TEST_… is left to
 * the tests. */
void config_unknown(config_fault *tell, void *context);

#endif
