/* config: the environment, checked. (config.rows tests the programs' answers.) */
#include "core/config.h"
#include "check.h"

#include <errno.h>

/* Clears the environment, and sets these variables: NAME=VALUE, with spaces between. */
static void set(const char *variables)
{
	clearenv();
	EACH_WORD(variable, variables) {
		size_t name = strcspn(variable, "=");
		char copy[600];
		snprintf(copy, sizeof copy, "%s", variable);
		copy[name] = '\0';
		setenv(copy, copy + name + 1, 1);
	}
}

static void show_limit(FILE *out, struct limit l)
{
	fprintf(out, " %u/%u", l.count, l.count > 0 ? l.window_s : 0);
}

/* What is read from variables. */
static void show(FILE *out, const char *variables)
{
	struct config c;

	memset(&c, 0xff, sizeof c);
	set(variables);
	CHECK_ROW(config_load(&c, CONFIG_ALL, NULL, NULL) && c.fault[0] == '\0', variables);
	fprintf(out, "%s %s ttl %u %u limits", c.redis_url, strrchr(c.data_dir, '/'),
		c.ticket_ttl_s, c.ticket_max_s);
	show_limit(out, c.user_addr);
	show_limit(out, c.user);
	show_limit(out, c.addr);
	if (c.redis_wait != CONFIG_WAIT_UNSET)
		fprintf(out, " wait %u", c.redis_wait);
	fputs(c.supervised ? " supervised" : "", out);
}

#define REDIS  "redis://127.0.0.1:6379/0 /data "
#define LIMITS " limits 10/600 100/3600 60/60"

static check_pair values[] = {
    {"", REDIS "ttl 7200 43200" LIMITS},
    /* An empty variable counts as unset. */
    {"REDIS_URL= SSA_DATA_DIR= SSA_TICKET_TTL= SSA_TICKET_MAX= SSA_LOGIN_LIMITS= SSA_SUPERVISED= "
     "SSA_REDIS_WAIT=",
     REDIS "ttl 7200 43200" LIMITS},
    {"REDIS_URL=unix:///r?db=2 SSA_DATA_DIR=/srv/d SSA_TICKET_TTL=60 SSA_TICKET_MAX=600",
     "unix:///r?db=2 /d ttl 60 600" LIMITS},
    {"SSA_LOGIN_LIMITS=1/2,3/4,5/6 SSA_SUPERVISED=1 SSA_REDIS_WAIT=2",
     REDIS "ttl 7200 43200 limits 1/2 3/4 5/6 wait 2 supervised"},
    {"SSA_LOGIN_LIMITS=010/0600,0,0/1", REDIS "ttl 7200 43200 limits 10/600 0/0 0/0"},
    /* If only the TTL is set, and it is longer than the default maximum, the maximum grows with
     * it. This is not an error. */
    {"SSA_TICKET_TTL=86400", REDIS "ttl 86400 86400" LIMITS},
    {"SSA_TICKET_TTL=86400 SSA_TICKET_MAX=86400", REDIS "ttl 86400 86400" LIMITS},
};

TEST(values)
{
	CHECK_PAIRS(values, show);
}

/* Whether a value is accepted. Otherwise the fault names the variable. It goes to the log, so it
 * does not have the value, which may be a password. */
static bool accepts(const char *name, const char *value)
{
	struct config c;
	size_t len = strlen(name);

	clearenv();
	setenv(name, value, 1);
	bool good = config_load(&c, CONFIG_ALL, NULL, NULL);
	CHECK_ROW(good || (strncmp(c.fault, name, len) == 0 && strlen(c.fault) > len + 3 &&
			   strstr(c.fault, "s3cret") == NULL),
		  c.fault);
	return good;
}

TEST(rules)
{
	static const struct {
		const char *name, *good, *bad;
	} rows[] = {
	    {"SSA_REDIS_WAIT", "9 0", "10 -1 1x s3cret"},
	    {"SSA_TICKET_TTL", "1 007 31622400",
	     "0 31622401 -1 +1 1s 2h 1.5 1e3 0x10 4294967297 99999999999999999999 abc s3cret"},
	    {"SSA_TICKET_MAX", "7200 0007200 31622400",
	     "0 7199 31622401 -7200 +7200 7200s 7200.5 1e4 0x2000 99999999999999999999 s3cret"},
	    {"SSA_LOGIN_LIMITS", "0,0,0 0/600,0/1,0/60 10/600,0,60/60 0,5/5,0 1/1,1/1,1/1",
	     "0 off s3cret 10 10/600 10/600,100/3600 1/1,1/1,1/1,1/1 1/1,1/1,1/1, ,, 10,100,60 "
	     "1/1;1/1;1/1 10/0,1/1,1/1 -1/6,1/1,1/1 10/-6,1/1,1/1 a/6,1/1,1/1 10/6s,1/1,1/1 "
	     "99999999999/1,1/1,1/1 1/99999999999,1/1,1/1 1/1,1/1,1/ 1/1,1/1,/1 0x1/1,1/1,1/1 "
	     "1/1,1/1,1/1/1 1.5/1,1/1,1/1"},
	};
	char spaced[600];

	EACH(row, rows) {
		EACH_WORD(value, row->good) {
			CHECK_ROW(accepts(row->name, value), value);
			snprintf(spaced, sizeof spaced, " %s", value);
			CHECK_ROW(!accepts(row->name, spaced), spaced);
			snprintf(spaced, sizeof spaced, "%s ", value);
			CHECK_ROW(!accepts(row->name, spaced), spaced);
		}
		EACH_WORD(value, row->bad)
			CHECK_ROW(!accepts(row->name, value), value);
		CHECK_ROW(!accepts(row->name, " "), row->name);
	}
	CHECK(!accepts("SSA_LOGIN_LIMITS", "10/600, 100/3600, 60/60"));
}

/* The default folder is ../data from the folder of this program. A path may fill its buffer. */
TEST(data_dir)
{
	const char *program = program_invocation_name;
	struct config c;
	char want[sizeof c.data_dir + 1];

	clearenv();
	CHECK(config_load(&c, CONFIG_DATA, NULL, NULL));
	snprintf(want, sizeof want, "%.*s/../data", (int)(strrchr(program, '/') - program),
		 program);
	CHECK_TEXT(c.data_dir, want, program);
	memset(want, 'd', sizeof want);
	want[sizeof want - 1] = '\0';
	CHECK(!accepts("SSA_DATA_DIR", want));
	want[sizeof want - 2] = '\0';
	CHECK(accepts("SSA_DATA_DIR", want));
}

static char told[400];

static void note(void *context, const char *name, const char *what)
{
	size_t len = strlen(told);

	CHECK(context == told);
	snprintf(told + len, sizeof told - len, "%s: %s. ", name, what);
}

TEST(unknown)
{
	set("SSA_PORT=1 SSA_TEST_X=1 SSATICKET=1 SSA_PROT=8005 SSA_MODES=scgi ssa_port=1 "
	    "SSA_ENTIRELY_ELSE=s3cret");
	config_unknown(note, told);
	CHECK_TEXT(told,
		   "SSA_PROT: no setting; the nearest one is SSA_PORT. "
		   "SSA_MODES: no setting; the nearest one is SSA_MODE. "
		   "ssa_port: no setting; the nearest one is SSA_PORT. "
		   "SSA_ENTIRELY_ELSE: no setting. ",
		   NULL);
}

/* A part is read without the others, and all faults can be told. */
TEST(parts)
{
	struct config c;

	set("SSA_DELAY=1s SSA_TICKET_TTL=x SSA_REDIS_WAIT=nonsense");
	CHECK(config_load(&c, CONFIG_DATA | CONFIG_LIMITS, NULL, NULL) && c.addr.count == 60);
	CHECK(!config_load(&c, CONFIG_REDIS, NULL, NULL));
	CHECK(strncmp(c.fault, "SSA_REDIS_WAIT: ", 16) == 0);
	told[0] = '\0';
	CHECK(!config_load(&c, CONFIG_ALL, note, told));
	CHECK(strstr(told, "SSA_REDIS_WAIT") && strstr(told, "SSA_DELAY") &&
	      strstr(told, "SSA_TICKET_TTL"));
}
