#include "core/config.h"
#include "core/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#define SECONDS_MAX          31622400 /* 366 days */
#define COUNT_MAX            1000000
#define REPLICAS_MAX         9
#define DELAY_MAX_MS         4000 /* less than a whole request may take, see deadline.h */
#define TEXT_OF(macro)       TEXT_OF_VALUE(macro)
#define TEXT_OF_VALUE(value) #value
#define COUNT_RULE(max)      "must be a number, 1 to " TEXT_OF(max)
#define SECONDS_RULE         "must be a number of seconds, 1 to " TEXT_OF(SECONDS_MAX)

static bool fail(struct config *c, const char *name, const char *rule)
{
	snprintf(c->fault, sizeof c->fault, "%s: %s", name, rule);
	return false;
}

static const char *get(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* Reads a plain decimal number up to `max`, and moves *at behind it. */
static bool take_number(const char **at, unsigned max, unsigned *out)
{
	unsigned sum = 0;
	const char *digit = *at;

	for (; *digit >= '0' && *digit <= '9'; digit++) {
		sum = sum * 10 + (unsigned)(*digit - '0');
		if (sum > max)
			return false;
	}
	if (digit == *at)
		return false;
	*at = digit;
	*out = sum;
	return true;
}

/* Reads a number from 1 to `max`, if the variable is set. `rule` is the text of the error. */
static bool take_count(struct config *c, const char *name, unsigned max, const char *rule,
		       unsigned *out)
{
	const char *at = get(name);

	if (at == NULL || (take_number(&at, max, out) && *at == '\0' && *out > 0))
		return true;
	return fail(c, name, rule);
}

static bool take_redis(struct config *c)
{
	const char *url = get("REDIS_URL"), *wait = get("SSA_REDIS_WAIT"), *fault;

	if (!redis_url_parse(url ? url : "redis://127.0.0.1:6379/0", &c->redis, &fault))
		return fail(c, "REDIS_URL", fault);
	c->redis_wait = c->redis.kind != REDIS_SINGLE ? CONFIG_WAIT_ALL : 0;
	if (wait == NULL || (take_number(&wait, REPLICAS_MAX, &c->redis_wait) && *wait == '\0'))
		return true;
	return fail(c, "SSA_REDIS_WAIT",
		    "must be a number of replicas, 0 to " TEXT_OF(REPLICAS_MAX));
}

static bool take_limit(const char **at, char after, struct limit *limit)
{
	if (!take_number(at, COUNT_MAX, &limit->count))
		return false;
	if (limit->count == 0 && **at == after) { /* a plain 0 turns a limit off */
		*at += after != '\0';
		return true;
	}
	if (*(*at)++ != '/' || !take_number(at, SECONDS_MAX, &limit->window_s) || **at != after)
		return false;
	*at += after != '\0';
	return limit->window_s > 0;
}

static bool take_limits(struct config *c)
{
	const char *at = get("SSA_LOGIN_LIMITS");

	if (at == NULL || (take_limit(&at, ',', &c->user_addr) && take_limit(&at, ',', &c->user) &&
			   take_limit(&at, '\0', &c->addr)))
		return true;
	return fail(c, "SSA_LOGIN_LIMITS",
		    "must be three of count/seconds, such as 10/600,100/3600,60/60");
}

/* scheme://host[:port], as browsers send it (RFC 6454, 6.2): lower case, no path. */
static bool is_origin(const char *at, size_t len)
{
	static const char host[] = "abcdefghijklmnopqrstuvwxyz0123456789.-[]:";
	size_t scheme = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	if (scheme == 0 || scheme + 3 >= len || len > CONFIG_ORIGIN_MAX_BYTES ||
	    memcmp(at + scheme, "://", 3) != 0)
		return false;
	return strspn(at + scheme + 3, host) >= len - scheme - 3;
}

static bool take_cors_origins(struct config *c)
{
	const char *origins = get("SSA_CORS_ORIGINS");

	if (origins == NULL)
		return true;
	if (strlen(origins) > CONFIG_ORIGINS_MAX_BYTES)
		return fail(c, "SSA_CORS_ORIGINS", "is too long");
	c->cors_origins = origins;
	if (strcmp(origins, "*") == 0)
		return true;
	struct span list = span_of(origins), origin;
	while (span_next(&list, ',', &origin))
		if (!is_origin(origin.at, origin.len))
			return fail(c, "SSA_CORS_ORIGINS",
				    "must be * or origins with commas, such as "
				    "http://localhost:5173,https://app.example");
	return true;
}

static bool take_delay(struct config *c)
{
	const char *at = get("SSA_DELAY");

	if (at == NULL)
		return true;
	bool good = take_number(&at, DELAY_MAX_MS, &c->delay_least_ms);
	c->delay_most_ms = c->delay_least_ms;
	if (good && *at == '-') {
		at++;
		good = take_number(&at, DELAY_MAX_MS, &c->delay_most_ms);
	}
	if (good && *at == '\0' && c->delay_least_ms <= c->delay_most_ms)
		return true;
	c->delay_least_ms = c->delay_most_ms = 0; /* the 500 is not delayed */
	return fail(
	    c, "SSA_DELAY",
	    "must be milliseconds or a range of them, such as 200 or 100-800, up to " TEXT_OF(
		DELAY_MAX_MS));
}

/* The default is ../data, relative to the folder of the program. AT_EXECFN is the path with which
 * the kernel started the program. Unlike /proc/self/exe it also exists in an empty chroot. */
static bool take_data_dir(struct config *c)
{
	static const char beside[] = "../data";
	const char *dir = get("SSA_DATA_DIR");
	size_t len = 0;

	if (dir == NULL) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): getauxval returns a number */
		const char *program = (const char *)getauxval(AT_EXECFN);
		const char *slash = program ? strrchr(program, '/') : NULL;
		len = slash ? (size_t)(slash + 1 - program) : 0;
		if (len < sizeof c->data_dir)
			memcpy(c->data_dir, program ? program : "", len);
		dir = beside;
	}
	if (len + strlen(dir) >= sizeof c->data_dir)
		return fail(c, "SSA_DATA_DIR", "is too long");
	strcpy(c->data_dir + len, dir);
	return true;
}

bool config_load(struct config *c)
{
	const char *supervised = get("SSA_SUPERVISED");

	*c = (struct config){
	    .ticket_ttl_s = 7200,
	    .ticket_max_s = 43200,
	    .tickets_per_user = 100,
	    .cors_origins = "",
	    .user_addr = {10, 600},
	    .user = {100, 3600},
	    .addr = {60, 60},
	    .workers = 1,
	    .supervised = supervised != NULL && strcmp(supervised, "1") == 0,
	};
	/* This is first, so that the pages of these origins can also read the 500 for another bad
	 * value. */
	if (!take_cors_origins(c))
		return false;
	if (!take_redis(c) ||
	    !take_count(c, "SSA_TICKET_TTL", SECONDS_MAX, SECONDS_RULE, &c->ticket_ttl_s) ||
	    !take_count(c, "SSA_TICKET_MAX", SECONDS_MAX, SECONDS_RULE, &c->ticket_max_s) ||
	    !take_count(c, "SSA_TICKETS_PER_USER", COUNT_MAX, COUNT_RULE(COUNT_MAX),
			&c->tickets_per_user) ||
	    !take_count(c, "SSA_WORKERS", CONFIG_WORKERS_MAX, COUNT_RULE(CONFIG_WORKERS_MAX),
			&c->workers) ||
	    !take_limits(c) || !take_delay(c) || !take_data_dir(c))
		return false;
	if (c->ticket_max_s < c->ticket_ttl_s && get("SSA_TICKET_MAX") == NULL)
		c->ticket_max_s = c->ticket_ttl_s;
	if (c->ticket_max_s < c->ticket_ttl_s)
		return fail(c, "SSA_TICKET_MAX", "must not be less than SSA_TICKET_TTL");
	return true;
}
