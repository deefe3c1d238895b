/* config: the environment, checked. */
#include "core/config.h"
#include "check.h"

#include <string.h>

static const char *const names[] = {"REDIS_URL",      "SSA_DATA_DIR",     "SSA_TICKET_TTL",
				    "SSA_TICKET_MAX", "SSA_LOGIN_LIMITS", "SSA_SUPERVISED",
				    "SSA_REDIS_WAIT"};

static void clear(void)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unsetenv(names[i]);
}

static bool is(struct limit l, unsigned count, unsigned window_s)
{
	return l.count == count && (count == 0 || l.window_s == window_s);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void check_defaults(const struct config *c)
{
	CHECK(strcmp(c->redis_url, "redis://127.0.0.1:6379/0") == 0);
	CHECK(c->redis_wait == CONFIG_WAIT_UNSET);
	CHECK(c->ticket_ttl_s == 7200 && c->ticket_max_s == 43200);
	CHECK(is(c->user_addr, 10, 600) && is(c->user, 100, 3600) && is(c->addr, 60, 60));
	CHECK(!c->supervised && c->fault[0] == '\0');
}

static void test_defaults(const char *program)
{
	struct config c;
	char want[1024];

	clear();
	memset(&c, 0xff, sizeof c);
	CHECK(config_load(&c, CONFIG_ALL, NULL, NULL));
	check_defaults(&c);
	/* The default is ../data from the folder of this program. */
	snprintf(want, sizeof want, "%.*s/../data", (int)(strrchr(program, '/') - program),
		 program);
	CHECK_ROW(strcmp(c.data_dir, want) == 0, c.data_dir);

	/* An empty variable counts as unset. */
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		setenv(names[i], "", 1);
	CHECK(config_load(&c, CONFIG_ALL, NULL, NULL));
	check_defaults(&c);
	CHECK(ends_with(c.data_dir, "/../data"));
}

static void test_values(void)
{
	struct config c;

	clear();
	setenv("REDIS_URL", "unix:///run/r.sock?db=2", 1);
	setenv("SSA_DATA_DIR", "/srv/data", 1);
	setenv("SSA_TICKET_TTL", "60", 1);
	setenv("SSA_TICKET_MAX", "600", 1);
	setenv("SSA_LOGIN_LIMITS", "1/2,3/4,5/6", 1);
	setenv("SSA_SUPERVISED", "1", 1);
	CHECK(config_load(&c, CONFIG_ALL, NULL, NULL));
	CHECK(strcmp(c.redis_url, "unix:///run/r.sock?db=2") == 0);
	CHECK(strcmp(c.data_dir, "/srv/data") == 0);
	CHECK(c.ticket_ttl_s == 60 && c.ticket_max_s == 600 && c.supervised);
	CHECK(is(c.user_addr, 1, 2) && is(c.user, 3, 4) && is(c.addr, 5, 6));

	/* If only the TTL is set, and it is longer than the default maximum, the maximum grows with
	 * it. This is not an error. */
	clear();
	setenv("SSA_TICKET_TTL", "86400", 1);
	CHECK(config_load(&c, CONFIG_ALL, NULL, NULL) && c.ticket_ttl_s == 86400 &&
	      c.ticket_max_s == 86400);
	setenv("SSA_TICKET_MAX", "86400", 1);
	CHECK(config_load(&c, CONFIG_ALL, NULL, NULL) && c.ticket_max_s == 86400);
	setenv("SSA_TICKET_MAX", "86399", 1);
	CHECK(!config_load(&c, CONFIG_ALL, NULL, NULL) &&
	      strncmp(c.fault, "SSA_TICKET_MAX", 14) == 0);
}

static void test_wait(void)
{
	static const struct {
		const char *wait;
		bool good;
		unsigned replicas;
	} rows[] = {
	    {"", true, CONFIG_WAIT_UNSET},
	    {"0", true, 0},
	    {"2", true, 2},
	    {"9", true, 9},
	    {"10", false, 0},
	    {"-1", false, 0},
	    {"1x", false, 0},
	    {" 1", false, 0},
	};
	struct config c;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		clear();
		setenv("SSA_REDIS_WAIT", rows[i].wait, 1);
		CHECK_ROW(config_load(&c, CONFIG_ALL, NULL, NULL) == rows[i].good, rows[i].wait);
		if (rows[i].good)
			CHECK_ROW(c.redis_wait == rows[i].replicas, rows[i].wait);
		else
			CHECK_ROW(strncmp(c.fault, "SSA_REDIS_WAIT: ", 16) == 0, c.fault);
	}
	clear();
}

static void test_limits(void)
{
	static const struct {
		const char *text;
		bool good;
		unsigned count[3];
	} rows[] = {
	    {"0,0,0", true, {0, 0, 0}},
	    {"0/600,0/1,0/60", true, {0, 0, 0}},
	    {"10/600,0,60/60", true, {10, 0, 60}},
	    {"0,5/5,0", true, {0, 5, 0}},
	    {"1/1,1/1,1/1", true, {1, 1, 1}},
	    {"010/0600,1/1,1/1", true, {10, 1, 1}},
	    {"10", false, {0}},
	    {"10/600", false, {0}},
	    {"10/600,100/3600", false, {0}},
	    {"10/600,100/3600,60/60,1/1", false, {0}},
	    {"10/600,100/3600,60/60,", false, {0}},
	    {",,", false, {0}},
	    {"10/600;100/3600;60/60", false, {0}},
	    {"10/0,100/3600,60/60", false, {0}},
	    {"10,100,60", false, {0}},
	    {"10/600, 100/3600, 60/60", false, {0}},
	    {"-1/600,100/3600,60/60", false, {0}},
	    {"10/-6,1/1,1/1", false, {0}},
	    {"a/600,100/3600,60/60", false, {0}},
	    {"10/600s,100/3600,60/60", false, {0}},
	    {"10/600,100/3600,60/60 ", false, {0}},
	    {"99999999999/1,1/1,1/1", false, {0}},
	    {"1/99999999999,1/1,1/1", false, {0}},
	    {"1/1,1/1,1/", false, {0}},
	    {"1/1,1/1,/1", false, {0}},
	    {"0x1/1,1/1,1/1", false, {0}},
	    {"1/1,1/1,1/1/1", false, {0}},
	    {"1.5/1,1/1,1/1", false, {0}},
	    {"off", false, {0}},
	    {"0", false, {0}},
	};

	clear();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config c;
		setenv("SSA_LOGIN_LIMITS", rows[i].text, 1);
		bool good = config_load(&c, CONFIG_ALL, NULL, NULL);
		CHECK_ROW(good == rows[i].good, rows[i].text);
		if (good)
			CHECK_ROW(c.user_addr.count == rows[i].count[0] &&
				      c.user.count == rows[i].count[1] &&
				      c.addr.count == rows[i].count[2],
				  rows[i].text);
		else
			CHECK_ROW(strncmp(c.fault, "SSA_LOGIN_LIMITS", 16) == 0, rows[i].text);
	}
}

static void test_seconds(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
	    {"1", true},           {"31622400", true},
	    {"007", true},         {"0", false},
	    {"31622401", false},   {"-1", false},
	    {"+1", false},         {" 1", false},
	    {"1 ", false},         {"1s", false},
	    {"2h", false},         {"1.5", false},
	    {"1e3", false},        {"0x10", false},
	    {"4294967297", false}, {"99999999999999999999", false},
	    {"abc", false},        {" ", false},
	};

	for (int which = 2; which <= 3; which++)
		for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
			struct config c;
			clear();
			setenv("SSA_TICKET_TTL", "1", 1);
			setenv(names[which], rows[i].text, 1);
			CHECK_ROW(config_load(&c, CONFIG_ALL, NULL, NULL) == rows[i].good,
				  rows[i].text);
			if (!rows[i].good)
				CHECK_ROW(strncmp(c.fault, names[which], strlen(names[which])) == 0,
					  rows[i].text);
		}
}

/* The fault goes to the log. It has the variable and the rule, but not the value, which may
 * be a password. */
static void test_faults(void)
{
	static const struct {
		const char *name, *value;
	} rows[] = {
	    {"SSA_REDIS_WAIT", "s3cret"},
	    {"SSA_TICKET_TTL", "s3cret"},
	    {"SSA_LOGIN_LIMITS", "s3cret"},
	};
	char path[2000];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct config c;
		clear();
		setenv(rows[i].name, rows[i].value, 1);
		CHECK_ROW(!config_load(&c, CONFIG_ALL, NULL, NULL), rows[i].value);
		CHECK_ROW(strncmp(c.fault, rows[i].name, strlen(rows[i].name)) == 0, c.fault);
		CHECK_ROW(strlen(c.fault) > strlen(rows[i].name) + 3 &&
			      strstr(c.fault, "s3cret") == NULL,
			  c.fault);
	}
	struct config c;
	clear();
	memset(path, 'd', sizeof path);
	path[sizeof c.data_dir - 1] = '\0';
	setenv("SSA_DATA_DIR", path, 1);
	CHECK(config_load(&c, CONFIG_ALL, NULL, NULL) && strcmp(c.data_dir, path) == 0);
	path[sizeof c.data_dir - 1] = 'd';
	path[sizeof c.data_dir] = '\0';
	setenv("SSA_DATA_DIR", path, 1);
	CHECK(!config_load(&c, CONFIG_ALL, NULL, NULL) &&
	      strncmp(c.fault, "SSA_DATA_DIR", 12) == 0);
}

static char unknown[400];

static void note(void *context, const char *name, const char *what)
{
	size_t len = strlen(unknown);

	CHECK(context == unknown);
	snprintf(unknown + len, sizeof unknown - len, "%s: %s. ", name, what);
}

static void test_unknown(void)
{
	clear();
	clearenv();
	setenv("SSA_PORT", "1", 1);
	setenv("SSA_TEST_X", "1", 1);
	setenv("SSATICKET", "1", 1);
	config_unknown(note, unknown);
	CHECK_ROW(unknown[0] == '\0', unknown);
	setenv("SSA_PROT", "8005", 1);
	setenv("SSA_MODES", "scgi", 1);
	setenv("ssa_port", "1", 1);
	setenv("SSA_ENTIRELY_ELSE", "s3cret", 1);
	config_unknown(note, unknown);
	CHECK(strstr(unknown, "SSA_PROT: no setting; the nearest one is SSA_PORT. ") != NULL);
	CHECK(strstr(unknown, "SSA_MODES: no setting; the nearest one is SSA_MODE. ") != NULL);
	CHECK(strstr(unknown, "ssa_port: no setting; the nearest one is SSA_PORT. ") != NULL);
	CHECK_ROW(strstr(unknown, "SSA_ENTIRELY_ELSE: no setting. ") != NULL, unknown);
	clearenv();
}

/* A part is read without the others, and all faults can be told. */
static void test_parts(void)
{
	struct config c;

	setenv("SSA_DELAY", "1s", 1);
	setenv("SSA_TICKET_TTL", "x", 1);
	setenv("SSA_REDIS_WAIT", "nonsense", 1);
	CHECK(config_load(&c, CONFIG_DATA | CONFIG_LIMITS, NULL, NULL) && c.addr.count == 60);
	CHECK(!config_load(&c, CONFIG_REDIS, NULL, NULL));
	CHECK(strncmp(c.fault, "SSA_REDIS_WAIT: ", 16) == 0);
	unknown[0] = '\0';
	CHECK(!config_load(&c, CONFIG_ALL, note, unknown));
	CHECK(strstr(unknown, "SSA_REDIS_WAIT") && strstr(unknown, "SSA_DELAY") &&
	      strstr(unknown, "SSA_TICKET_TTL"));
	clearenv();
}

int main(int argc, char **argv)
{
	CHECK(argc == 1);
	test_defaults(argv[0]);
	test_values();
	test_wait();
	test_limits();
	test_seconds();
	test_faults();
	test_unknown();
	test_parts();
	return check_done();
}
