#include "core/config.h"
#include "core/nearest.h"
#include "core/number.h"
#include "core/sizes.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>
#include <unistd.h>

#define SECONDS_MAX     31622400 /* 366 days */
#define COUNT_MAX       1000000
#define REPLICAS_MAX    9
#define COUNT_RULE(max) "must be a number, 1 to " TEXT_OF(max)
#define SECONDS_RULE    "must be a number of seconds, 1 to " TEXT_OF(SECONDS_MAX)

/* Takes a number up to `most` off the front of the text. */
static bool take_number(struct span *text, unsigned most, unsigned *out)
{
	unsigned long long number;

	if (!number_take(text, &number) || number > most)
		return false;
	*out = (unsigned)number;
	return true;
}

/* Reads a text that is a number up to `most`. */
static bool read_number(struct span text, unsigned most, unsigned *out)
{
	return take_number(&text, most, out) && text.len == 0;
}

static bool take_redis_url(struct config *c, const char *value)
{
	c->redis_url = value;
	return true;
}

static bool read_limit(struct span text, struct limit *limit)
{
	if (!take_number(&text, COUNT_MAX, &limit->count))
		return false;
	if (limit->count == 0 && text.len == 0) /* a plain 0 turns a limit off */
		return true;
	return span_take(&text, "/") && read_number(text, SECONDS_MAX, &limit->window_s) &&
	       limit->window_s > 0;
}

static bool take_limits(struct config *c, const char *value)
{
	struct limit *const limits[] = {&c->user_addr, &c->user, &c->addr};
	struct span list = span_of(value), item;

	for (size_t i = 0; i < 3; i++)
		if (!span_next(&list, ',', &item) || !read_limit(item, limits[i]))
			return false;
	return list.at == NULL;
}

/* scheme://host[:port] as browsers send it (RFC 6454, 6.2): lower case, no path, and no default
 * port. Any other spelling would silently never match. */
static bool is_origin(const char *at, size_t len)
{
	size_t scheme = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789+-.");
	const char *host = at + scheme + 3, *end = at + len, *port;
	unsigned long long number;

	if (scheme == 0 || scheme + 3 >= len || len > CONFIG_ORIGIN_MAX_BYTES ||
	    memcmp(at + scheme, "://", 3) != 0)
		return false;
	port = host + strspn(host, *host == '[' ? "[0123456789abcdef:."
						: "abcdefghijklmnopqrstuvwxyz0123456789.-_");
	if (*host == '[' && *port++ != ']')
		return false;
	if (port == host || port == end)
		return port == end;
	if (*port++ != ':' || *port == '0' ||
	    !number_read((struct span){port, (size_t)(end - port)}, 65535, &number))
		return false;
	return !(number == 80 && scheme == 4 && memcmp(at, "http", 4) == 0) &&
	       !(number == 443 && scheme == 5 && memcmp(at, "https", 5) == 0);
}

static bool take_cors_origins(struct config *c, const char *value)
{
	struct span list = span_of(value), origin;

	c->cors_origins = value;
	if (strcmp(value, "*") == 0)
		return true;
	while (span_next(&list, ',', &origin))
		if (!is_origin(origin.at, origin.len))
			return false;
	return true;
}

static bool take_delay(struct config *c, const char *value)
{
	struct span text = span_of(value);
	unsigned least, most;

	if (!take_number(&text, CONFIG_DELAY_MAX_MS, &least))
		return false;
	most = least;
	if (text.len > 0 &&
	    !(span_take(&text, "-") && read_number(text, CONFIG_DELAY_MAX_MS, &most)))
		return false;
	if (least > most) /* the 500 that says so must not be late */
		return false;
	c->delay_least_ms = least;
	c->delay_most_ms = most;
	return true;
}

/* AT_EXECFN is the path by which the program was started. Unlike /proc/self/exe, it exists in an
 * empty chroot too. */
bool config_beside(char *path, size_t size, const char *relative)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): getauxval returns a number */
	const char *program = (const char *)getauxval(AT_EXECFN);
	const char *slash = program ? strrchr(program, '/') : NULL;
	size_t len = slash ? (size_t)(slash + 1 - program) : 0;

	if (len + strlen(relative) >= size)
		return false;
	memcpy(path, program ? program : "", len);
	strcpy(path + len, relative);
	return true;
}

static bool take_data_dir(struct config *c, const char *value)
{
	if (*value == '\0')
		return config_beside(c->data_dir, sizeof c->data_dir, CONFIG_DATA_BESIDE);
	return snprintf(c->data_dir, sizeof c->data_dir, "%s", value) < (int)sizeof c->data_dir;
}

/* SSA_TICKET_TTL was read before. */
static bool take_ticket_max(struct config *c, const char *value)
{
	enum { TICKET_MAX_S = 43200 };

	if (*value != '\0')
		return read_number(span_of(value), SECONDS_MAX, &c->ticket_max_s) &&
		       c->ticket_max_s > 0 && c->ticket_max_s >= c->ticket_ttl_s;
	c->ticket_max_s = c->ticket_ttl_s > TICKET_MAX_S ? c->ticket_ttl_s : TICKET_MAX_S;
	return true;
}

static bool take_supervised(struct config *c, const char *value)
{
	c->supervised = strcmp(value, "1") == 0;
	return true;
}

/* Reads a share such as 5% or 0.25%. */
static bool read_share(struct span text, unsigned *share)
{
	unsigned unit = CONFIG_SHARES_WHOLE / 100;

	if (!take_number(&text, 100, share))
		return false;
	*share *= unit;
	if (span_take(&text, "."))
		for (; text.len > 0 && number_is_digit(*text.at) && unit > 1; text.at++, text.len--)
			*share += (unsigned)(*text.at - '0') * (unit /= 10);
	return span_take(&text, "%") && text.len == 0;
}

static bool take_faults(struct config *c, const char *value)
{
	struct span list = span_of(value), share, what;
	unsigned all = 0;

	if (strcmp(value, "off") == 0)
		return true;
	for (; strcmp(value, "on") != 0 && span_next(&list, ',', &share); c->share_count++) {
		struct fault_share *s = &c->shares[c->share_count];
		if (c->share_count == CONFIG_SHARES_MAX)
			return false;
		span_next(&share, ':', &what);
		if (!span_is(what, "cut", 3) &&
		    (!read_number(what, 599, &s->code) || s->code < 400))
			return false;
		if (share.at == NULL || !read_share(share, &s->share))
			return false;
		all += s->share;
	}
	c->faults = all <= CONFIG_SHARES_WHOLE ? value : NULL;
	return c->faults != NULL;
}

/* All settings. The origins come first: their pages can then read the 500 for a bad value of
 * another setting. */
static const struct setting {
	const char *name;
	unsigned part;        /* 0: lighttpd.conf and the scripts read and check it */
	const char *standard; /* the default; "": `take` makes it; NULL: none */
	const char *rule;     /* what a value must be */
	bool (*take)(struct config *c, const char *value);
	size_t number, least, most; /* where `take` is NULL: the member, and what it may be */
} settings[] = {
#define NUMBER(member, least, most) NULL, offsetof(struct config, member), least, most
    {"SSA_CORS_ORIGINS", CONFIG_SERVICE, NULL,
     "must be * or origins with commas, such as http://localhost:5173,https://app.example, each of "
     "at most " TEXT_OF(CONFIG_ORIGIN_MAX_BYTES) " bytes",
     .take = take_cors_origins},
    {"REDIS_URL", CONFIG_REDIS, "redis://127.0.0.1:6379/0", NULL, .take = take_redis_url},
    {"SSA_REDIS_WAIT", CONFIG_REDIS, NULL,
     "must be a number of replicas, 0 to " TEXT_OF(REPLICAS_MAX),
     NUMBER(redis_wait, 0, REPLICAS_MAX)},
    {"SSA_DATA_DIR", CONFIG_DATA, "", "is too long", .take = take_data_dir},
    {"SSA_LOGIN_LIMITS", CONFIG_LIMITS, "10/600,100/3600,60/60",
     "must be three of count/seconds, such as 10/600,100/3600,60/60", .take = take_limits},
    {"SSA_TICKET_TTL", CONFIG_SERVICE, "7200", SECONDS_RULE, NUMBER(ticket_ttl_s, 1, SECONDS_MAX)},
    {"SSA_TICKET_MAX", CONFIG_SERVICE, "", SECONDS_RULE ", and not less than SSA_TICKET_TTL",
     .take = take_ticket_max},
    {"SSA_TICKETS_PER_USER", CONFIG_SERVICE, "100", COUNT_RULE(COUNT_MAX),
     NUMBER(tickets_per_user, 1, COUNT_MAX)},
    {"SSA_HASHES", CONFIG_SERVICE, NULL, COUNT_RULE(HASHES_MAX), NUMBER(hashes, 1, HASHES_MAX)},
    {"SSA_WORKERS", CONFIG_SERVICE, "1", COUNT_RULE(CONFIG_WORKERS_MAX),
     NUMBER(workers, 1, CONFIG_WORKERS_MAX)},
    {"SSA_DELAY", CONFIG_SERVICE, NULL,
     "must be milliseconds or a range of them, such as 200 or 100-800, up to " TEXT_OF(
	 CONFIG_DELAY_MAX_MS),
     .take = take_delay},
    {"SSA_FAULTS", CONFIG_SERVICE, NULL,
     "must be on, or shares of statuses from 400 to 599, such as 503:5%,429:0.5%,cut:1%, 100% in "
     "all",
     .take = take_faults},
    {"SSA_SUPERVISED", CONFIG_SERVICE, NULL, NULL, .take = take_supervised},
    {.name = "SSA_BIND"},
    {.name = "SSA_PORT"},
    {.name = "SSA_MODE"},
    {.name = "SSA_CONSOLE"},
    {.name = "SSA_CONNECTIONS_PER_ADDRESS"},
    {.name = "SSA_PROXY_FROM"},
    {.name = "SSA_RUN_DIR"},
    {.name = "SSA_MAKE"},
    {.name = "SSA_RUN_AS"},
    {.name = "SSA_CGI_BIN"},
#undef NUMBER
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* Returns the place in `settings` of the setting that an environment variable is, or SETTINGS. */
static size_t find_setting(const char *variable)
{
	size_t len = strcspn(variable, "="), i = 0;

	while (i < SETTINGS &&
	       !(strncmp(variable, settings[i].name, len) == 0 && settings[i].name[len] == '\0'))
		i++;
	return i;
}

/* Finds the values of all settings. Each start of a CGI program does this, and getenv would look
 * through the whole environment for each setting. */
static void find_values(const char *values[static SETTINGS])
{
	for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
		if (strncmp(*variable, "SSA_", 4) != 0 && strncmp(*variable, "REDIS_URL", 9) != 0)
			continue;
		size_t i = find_setting(*variable);
		const char *value = strchr(*variable, '=');
		if (i < SETTINGS && values[i] == NULL && value != NULL)
			values[i] = value + 1;
	}
}

static bool take(struct config *c, const struct setting *s, const char *value)
{
	if (value == NULL || *value == '\0')
		value = s->standard;
	if (value == NULL)
		return true;
	if (s->take != NULL)
		return s->take(c, value);
	unsigned *number = (unsigned *)(void *)((char *)c + s->number);
	return read_number(span_of(value), (unsigned)s->most, number) && *number >= s->least;
}

bool config_load(struct config *c, unsigned parts, config_fault *tell, void *context)
{
	const char *values[SETTINGS] = {NULL};

	find_values(values);
	*c = (struct config){.cors_origins = "", .workers = 1, .redis_wait = CONFIG_WAIT_UNSET};
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		if ((s->part & parts) == 0 || take(c, s, values[i]))
			continue;
		if (c->fault[0] == '\0')
			snprintf(c->fault, sizeof c->fault, "%s: %s", s->name, s->rule);
		if (tell == NULL)
			break;
		tell(context, s->name, s->rule);
	}
	return c->fault[0] == '\0';
}

void config_unknown(config_fault *tell, void *context)
{
	const char *names[SETTINGS + 1] = {NULL};
	char name[64], words[96];

	for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
		if (strncasecmp(*variable, "SSA_", 4) != 0 ||
		    strncmp(*variable, "SSA_TEST_", strlen("SSA_TEST_")) == 0 ||
		    find_setting(*variable) < SETTINGS)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
		for (size_t i = 0; i < SETTINGS; i++)
			names[i] = settings[i].name;
		const char *nearest = nearest_of(name, names);
		snprintf(words, sizeof words,
			 nearest ? "no setting; the nearest one is %s" : "no setting", nearest);
		tell(context, name, words);
	}
}
