/* The command check: all that is wrong with files, modes, settings and Redis. */
#include "check_files.h"
#include "command.h"
#include "health.h"
#include "locate.h"
#include "redis/server_settings.h"
#include "report.h"
#include "store/readiness.h"

#include <stdio.h>
#include <sys/stat.h>

static void look_at(struct report *r, const char *where)
{
	report_look_at(r, where, (struct span){NULL, 0});
}

/* Others must not read the passwords, nor replace a file. */
static void check_modes(struct report *r, const struct ctl *c)
{
	static const struct {
		const char *name; /* "": the folder */
		mode_t forbidden;
		const char *what;
	} rules[] = {
	    {"", S_IWOTH, "every user of this machine may replace its files"},
	    {"users.json", S_IROTH, "every user of this machine may read it: chmod 640"},
	    {"users.json", S_IWOTH, "every user of this machine may write it: chmod 640"},
	    {"machines.json", S_IWOTH, "every user of this machine may write it: chmod 640"},
	};
	char path[1040];
	struct stat st;

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		const char *name = rules[i].name;
		snprintf(path, sizeof path, "%s%s%s", c->config.data_dir, *name ? "/" : "", name);
		look_at(r, *name ? name : c->config.data_dir);
		if (stat(path, &st) == 0 && (st.st_mode & rules[i].forbidden) != 0)
			report_fault(r, NULL, rules[i].what);
	}
}

/* The first fault of Redis, and the rights that its user lacks. */
static void check_redis(struct report *r, struct ctl *c)
{
	char words[READINESS_RIGHTS_SIZE], refused[sizeof words + 80];
	const char *fault = health_of_redis(c);

	look_at(r, "Redis");
	if (fault == NULL)
		fault = server_settings_fault(c->redis);
	if (fault != NULL)
		report_fault(r, NULL, fault);
	if (readiness_lacks_rights(c->redis, words)) {
		snprintf(refused, sizeof refused,
			 "the Redis user is refused (commands or ~ssa:*): %s", words);
		report_fault(r, NULL, refused);
	} else if (readiness_lacks_scan(c->redis)) {
		report_fault(r, NULL,
			     "note: ssactl sessions and revoke --all need +scan, which this Redis "
			     "user lacks");
	}
}

/* A setting with a wrong value, or a variable that is no setting. */
static void bad_setting(void *context, const char *name, const char *what)
{
	report_fault(context, name, what);
}

static enum exit_code check(struct ctl *c)
{
	struct report r = report_begin();

	look_at(&r, "settings");
	locate_settings(&c->config, CONFIG_ALL, bad_setting, &r);
	const char *bad_url = ctl_open_redis(c);
	if (bad_url != NULL)
		bad_setting(&r, "REDIS_URL", bad_url);
	config_unknown(bad_setting, &r);
	check_modes(&r, c);
	check_files(&r, c);
	const char *hashing = health_of_hashing(c);
	look_at(&r, "hashing");
	if (hashing != NULL)
		report_fault(&r, NULL, hashing);
	if (bad_url == NULL)
		check_redis(&r, c);
	if (r.listing.count > 0 || c->json)
		listing_print(&r.listing, c->json);
	return r.faults == 0 ? CTL_DONE : CTL_NO;
}

const struct command cmd_check[] = {
    {"check", "", "check the data files, their modes, the settings and Redis", 0, 0, JSON, 0,
     check},
    {0},
};
