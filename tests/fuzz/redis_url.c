/* REDIS_URL and the other variables of the environment: redis_url.c, config.c. The input has up to
 * as many lines as the table has names. Each line is the value of a variable, in the order of the
 * table. An empty value counts as unset. */
#include "redis/redis_url.h"
#include "core/config.h"
#include "core/text.h"
#include "fuzz.h"

#include <unistd.h>

static const char *const names[] = {"REDIS_URL",      "SSA_LOGIN_LIMITS", "SSA_TICKET_TTL",
				    "SSA_TICKET_MAX", "SSA_DATA_DIR",     "SSA_SUPERVISED",
				    "SSA_REDIS_WAIT"};
enum { NAMES = sizeof names / sizeof names[0] };
static char *values[NAMES];

/* Loads the configuration from the values. */
static bool load(struct config *c)
{
	char **before = environ, *variables[NAMES + 1] = {NULL};

	for (int i = 0; i < NAMES; i++)
		CLAIM(asprintf(&variables[i], "%s=%s", names[i], values[i]) > 0);
	environ = variables;
	bool good = config_load(c, CONFIG_ALL, NULL, NULL);
	environ = before;
	for (int i = 0; i < NAMES; i++)
		free(variables[i]);
	return good;
}

static bool all_zero(const struct redis_url *u)
{
	const char *byte = (const char *)u;

	for (size_t i = 0; i < sizeof *u; i++)
		if (byte[i] != 0)
			return false;
	return true;
}

static void percent(struct text *t, const char *s)
{
	char escape[4];

	for (; *s; s++) {
		snprintf(escape, sizeof escape, "%%%02X", (unsigned)(unsigned char)*s);
		text_string(t, escape);
	}
}

static bool same(const char *a, const char *b, size_t size)
{
	return memchr(a, 0, size) != NULL && strcmp(a, b) == 0;
}

static void write_servers(struct text *t, const struct redis_url *u)
{
	for (unsigned i = 0; i < u->count; i++) {
		text_string(t, i == 0 ? "" : ",");
		percent(t, u->servers[i].host);
		text_string(t, ":");
		text_string(t, u->servers[i].port);
	}
}

/* Written again with every byte escaped, it must be read with the same result. */
static void check_round_trip(const struct redis_url *u)
{
	static const char *const begin[] = {"redis://", "redis+sentinel://", "redis+cluster://"};
	bool is_unix = u->servers[0].port[0] == '\0';
	struct text t = {0};
	struct redis_url again;
	const char *fault;

	text_string(&t, is_unix ? "unix://" : begin[u->kind]);
	if (u->user[0] || u->password[0]) {
		percent(&t, u->user);
		text_string(&t, ":");
		percent(&t, u->password);
		text_string(&t, "@");
	}
	if (is_unix) {
		text_string(&t, "/");
		percent(&t, u->servers[0].host + 1);
		text_string(&t, "?db=");
	} else {
		write_servers(&t, u);
		text_string(&t, "/");
	}
	if (u->kind == REDIS_SENTINEL) {
		percent(&t, u->service);
		text_string(&t, "/");
	}
	text_string(&t, u->db[0] ? u->db : "0");
	if (u->sentinel_password[0]) {
		text_string(&t, "?sentinel_password=");
		percent(&t, u->sentinel_password);
	}
	text_add(&t, "", 1);
	CLAIM(!t.failed && redis_url_parse(t.at, &again, &fault));
	CLAIM(again.kind == u->kind && again.count == u->count);
	for (unsigned i = 0; i < u->count; i++)
		CLAIM(strcmp(again.servers[i].host, u->servers[i].host) == 0 &&
		      strcmp(again.servers[i].port, u->servers[i].port) == 0);
	CLAIM(same(u->user, again.user, sizeof u->user) &&
	      same(u->password, again.password, sizeof u->password) &&
	      same(u->db, again.db, sizeof u->db) &&
	      same(u->service, again.service, sizeof u->service) &&
	      same(u->sentinel_password, again.sentinel_password, sizeof u->sentinel_password));
	text_free(&t);
}

static void check_server(const struct redis_server *s)
{
	CLAIM(memchr(s->host, 0, sizeof s->host) && memchr(s->port, 0, sizeof s->port));
	CLAIM(s->host[0] != '\0');
	if (s->port[0] == '\0')
		CLAIM(s->host[0] == '/' && strlen(s->host) < 108);
	else
		CLAIM(atoi(s->port) >= 1 && atoi(s->port) <= 65535 &&
		      strspn(s->port, "0123456789") == strlen(s->port));
}

static void check_url(const char *url)
{
	struct redis_url u;
	const char *fault = "not set";

	memset(&u, 0xA5, sizeof u);
	if (!redis_url_parse(url, &u, &fault)) {
		CLAIM(fault != NULL && *fault != '\0');
		CLAIM(all_zero(&u)); /* nothing is kept, and certainly no password */
		return;
	}
	CLAIM(fault == NULL && u.count >= 1 && u.count <= REDIS_SERVERS_MAX);
	for (unsigned i = 0; i < u.count; i++)
		check_server(&u.servers[i]);
	CLAIM(u.kind != REDIS_SINGLE || u.count == 1);
	CLAIM((u.kind == REDIS_SENTINEL) == (u.service[0] != '\0'));
	CLAIM(u.kind == REDIS_SENTINEL || u.sentinel_password[0] == '\0');
	CLAIM(memchr(u.db, 0, sizeof u.db) && strspn(u.db, "0123456789") == strlen(u.db));
	CLAIM(atoi(u.db) <= 99999 && u.db[0] != '0');
	CLAIM(u.kind != REDIS_CLUSTER || u.db[0] == '\0');
	check_round_trip(&u);
}

static bool limit_is_good(struct limit l)
{
	return l.count == 0 || (l.count <= 1000000 && l.window_s >= 1 && l.window_s <= 31622400);
}

static void check_config(void)
{
	struct config c;

	memset(&c, 0xA5, sizeof c);
	bool good = load(&c);
	CLAIM(memchr(c.fault, 0, sizeof c.fault) != NULL);
	if (!good) {
		bool named = false;
		for (int i = 0; i < NAMES; i++) {
			size_t len = strlen(names[i]);
			named |= strncmp(c.fault, names[i], len) == 0 && c.fault[len] == ':';
		}
		CLAIM(named); /* the name of the variable, and after it the rule */
		return;
	}
	CLAIM(c.fault[0] == '\0' && c.data_dir[0] != '\0' &&
	      memchr(c.data_dir, 0, sizeof c.data_dir) != NULL);
	CLAIM(c.ticket_ttl_s >= 1 && c.ticket_ttl_s <= c.ticket_max_s &&
	      c.ticket_max_s <= 31622400);
	CLAIM(limit_is_good(c.user_addr) && limit_is_good(c.user) && limit_is_good(c.addr));
	CLAIM(values[4][0] == '\0' || strcmp(values[4], c.data_dir) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = {data, size};

	for (int i = 0; i < NAMES; i++)
		values[i] = fuzz_string(&in, '\n');
	check_url(values[0]);
	check_config();
	for (int i = 0; i < NAMES; i++)
		free(values[i]);
	return 0;
}
