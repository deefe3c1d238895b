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

static bool take_char(struct span *text, char c)
{
	if (text->len == 0 || *text->at != c)
		return false;
	*text = (struct span){text->at + 1, text->len - 1};
	return true;
}

/* Reads a text that is a number up to `most`. */
static bool read_number(struct span text, unsigned most, unsigned *out)
{
	return take_number(&text, most, out) && text.len == 0;
}

static bool take_redis_url(struct config *c, const char *value, const char **rule)
{
	(void)rule;
	c->redis_url = value;
	return true;
}

static bool take_redis_wait(struct config *c, const char *value, const char **rule)
{
	(void)rule;
	return read_number(span_of(value), REPLICAS_MAX, &c->redis_wait);
}

static bool read_limit(struct span text, struct limit *limit)
{
	if (!take_number(&text, COUNT_MAX, &limit->count))
		return false;
	if (limit->count == 0 && text.len == 0) /* a plain 0 turns a limit off */
		return true;
	return take_char(&text, '/') && read_number(text, SECONDS_MAX, &limit->window_s) &&
	       limit->window_s > 0;
}

static bool take_limits(struct config *c, const char *value, const char **rule)
{
	struct limit *const limits[] = {&c->user_addr, &c->user, &c->addr};
	struct span list = span_of(value), item;

	(void)rule;
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

static bool take_cors_origins(struct config *c, const char *value, const char **rule)
{
	struct span list = span_of(value), origin;

	(void)rule;
	c->cors_origins = value;
	if (strcmp(value, "*") == 0)
		return true;
	while (span_next(&list, ',', &origin))
		if (!is_origin(origin.at, origin.len))
			return false;
	return true;
}

static bool take_delay(struct config *c, const char *value, const char **rule)
{
	struct span text = span_of(value);
	unsigned least, most;

	(void)rule;
	if (!take_number(&text, CONFIG_DELAY_MAX_MS, &least))
		return false;
	most = least;
	if (text.len > 0 &&
	    !(take_char(&text, '-') && read_number(text, CONFIG_DELAY_MAX_MS, &most)))
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

static bool take_data_dir(struct config *c, const char *value, const char **rule)
{
	*rule = "is too long";
	if (value == NULL)
		return config_beside(c->data_dir, sizeof c->data_dir, CONFIG_DATA_BESIDE);
	if (strlen(value) >= sizeof c->data_dir)
		return false;
	strcpy(c->data_dir, value);
	return true;
}

static bool take_supervised(struct config *c, const char *value, const char **rule)
{
	(void)rule;
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
	if (take_char(&text, '.'))
		for (; text.len > 0 && number_is_digit(*text.at) && unit > 1; text.at++, text.len--)
			*share += (unsigned)(*text.at - '0') * (unit /= 10);
	return take_char(&text, '%') && text.len == 0;
}

static bool take_faults(struct config *c, const char *value, const char **rule)
{
	struct span list = span_of(value), share, what;
	unsigned all = 0;

	(void)rule;
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
	const char *standard; /* the default; NULL: none, or `take` makes it */
	/* Reads a value. false: it breaks *rule. NULL: the value is a number from 1 to `most` for
	 * the member at `place`. */
	bool (*take)(struct config *c, const char *value, const char **rule);
	size_t place, most;
	const char *rule; /* unless `take` sets it */
} settings[] = {
#define NUMBER(member, most) NULL, offsetof(struct config, member), most
    {"SSA_CORS_ORIGINS", CONFIG_SERVICE, NULL, take_cors_origins, 0, 0,
     "must be * or origins with commas, such as http://localhost:5173,https://app.example, each of "
     "at most " TEXT_OF(CONFIG_ORIGIN_MAX_BYTES) " bytes"},
    {"REDIS_URL", CONFIG_REDIS, "redis://127.0.0.1:6379/0", take_redis_url, 0, 0, NULL},
    {"SSA_REDIS_WAIT", CONFIG_REDIS, NULL, take_redis_wait, 0, 0,
     "must be a number of replicas, 0 to " TEXT_OF(REPLICAS_MAX)},
    {"SSA_DATA_DIR", CONFIG_DATA, NULL, take_data_dir, 0, 0, NULL},
    {"SSA_LOGIN_LIMITS", CONFIG_LIMITS, "10/600,100/3600,60/60", take_limits, 0, 0,
     "must be three of count/seconds, such as 10/600,100/3600,60/60"},
    {"SSA_TICKET_TTL", CONFIG_SERVICE, "7200", NUMBER(ticket_ttl_s, SECONDS_MAX), SECONDS_RULE},
    {"SSA_TICKET_MAX", CONFIG_SERVICE, NULL, NUMBER(ticket_max_s, SECONDS_MAX), SECONDS_RULE},
    {"SSA_TICKETS_PER_USER", CONFIG_SERVICE, "100", NUMBER(tickets_per_user, COUNT_MAX),
     COUNT_RULE(COUNT_MAX)},
    {"SSA_HASHES", CONFIG_SERVICE, NULL, NUMBER(hashes, HASHES_MAX), COUNT_RULE(HASHES_MAX)},
    {"SSA_WORKERS", CONFIG_SERVICE, "1", NUMBER(workers, CONFIG_WORKERS_MAX),
     COUNT_RULE(CONFIG_WORKERS_MAX)},
    {"SSA_DELAY", CONFIG_SERVICE, NULL, take_delay, 0, 0,
     "must be milliseconds or a range of them, such as 200 or 100-800, up to " TEXT_OF(
	 CONFIG_DELAY_MAX_MS)},
    {"SSA_FAULTS", CONFIG_SERVICE, NULL, take_faults, 0, 0,
     "must be on, or shares of statuses from 400 to 599, such as 503:5%,429:0.5%,cut:1%, 100% in "
     "all"},
    {"SSA_SUPERVISED", CONFIG_SERVICE, NULL, take_supervised, 0, 0, NULL},
    {"SSA_BIND", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_PORT", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_MODE", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_CONSOLE", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_CONNECTIONS_PER_ADDRESS", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_PROXY_FROM", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_RUN_DIR", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_MAKE", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_RUN_AS", 0, NULL, NULL, 0, 0, NULL},
    {"SSA_CGI_BIN", 0, NULL, NULL, 0, 0, NULL},
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

/* Returns the rule that the value of a setting breaks, or NULL. */
static const char *take(struct config *c, const struct setting *s, const char *value)
{
	const char *rule = s->rule;

	if (value == NULL || *value == '\0')
		value = s->standard;
	if (s->take != NULL && (value != NULL || s->take == take_data_dir))
		return s->take(c, value, &rule) ? NULL : rule;
	if (s->take != NULL || value == NULL)
		return NULL;
	unsigned *number = (unsigned *)(void *)((char *)c + s->place);
	return read_number(span_of(value), (unsigned)s->most, number) && *number > 0 ? NULL : rule;
}

/* Settings that depend on each other. */
static const char *take_together(struct config *c)
{
	enum { TICKET_MAX_S = 43200 };

	if (c->ticket_max_s == 0)
		c->ticket_max_s = c->ticket_ttl_s > TICKET_MAX_S ? c->ticket_ttl_s : TICKET_MAX_S;
	return c->ticket_max_s < c->ticket_ttl_s ? "must not be less than SSA_TICKET_TTL" : NULL;
}

bool config_load_parts(struct config *c, unsigned parts, config_fault *tell, void *context)
{
	const char *rule, *values[SETTINGS] = {NULL};

	find_values(values);
	*c = (struct config){.cors_origins = "", .workers = 1, .redis_wait = CONFIG_WAIT_UNSET};
	for (size_t i = 0; i <= SETTINGS; i++) {
		if (i < SETTINGS && (settings[i].part & parts) == 0)
			continue;
		if (i == SETTINGS && (parts & CONFIG_SERVICE) == 0)
			break;
		const char *name = i < SETTINGS ? settings[i].name : "SSA_TICKET_MAX";
		rule = i < SETTINGS ? take(c, &settings[i], values[i]) : take_together(c);
		if (rule == NULL)
			continue;
		if (c->fault[0] == '\0')
			snprintf(c->fault, sizeof c->fault, "%s: %s", name, rule);
		if (tell == NULL)
			break;
		tell(context, name, rule);
	}
	return c->fault[0] == '\0';
}

bool config_load(struct config *c)
{
	return config_load_parts(c, CONFIG_ALL, NULL, NULL);
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
