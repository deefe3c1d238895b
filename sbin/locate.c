#include "locate.h"
#include "ctl.h"
#include "redis/redis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0';
}

/* Where the data may be, and the settings of the service that serves them (EnvironmentFile of its
 * unit; NULL: make run has its own). */
static const struct place {
	bool beside;
	const char *path, *settings;
} places[] = {{true, CONFIG_DATA_BESIDE, NULL},
	      {true, "../lib/simpleserverapi/data", "/etc/ssa.env"},
	      {false, "/etc/simpleserverapi", "/etc/default/simpleserverapi"},
	      {false, "data", NULL}};

/* Writes the path of the first one that exists. NULL: none exists. */
static const struct place *find_data(char *path, size_t size)
{
	struct stat st;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (places[i].beside && !config_beside(path, size, places[i].path))
			continue;
		if (!places[i].beside)
			snprintf(path, size, "%s", places[i].path);
		if (stat(path, &st) == 0)
			return &places[i];
	}
	return NULL;
}

/* Takes one line of systemd's EnvironmentFile, NAME=value with or without quotes, into the
 * environment of this process, unless the variable is set there. */
static void load_setting(char *line)
{
	char *value = strchr(line, '='), *end;

	line += strspn(line, " \t");
	if (value == NULL ||
	    (strncmp(line, "SSA_", 4) != 0 && strncmp(line, "REDIS_URL=", 10) != 0))
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	for (end = value + strlen(value); end > value && strchr(" \t\r\n", end[-1]) != NULL;)
		*--end = '\0';
	if (end > value + 1 && (*value == '"' || *value == '\'') && end[-1] == *value) {
		end[-1] = '\0';
		value++;
	}
	if (!is_set(line))
		setenv(line, value, 1);
}

static void load_settings(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL, *end;
	size_t size = 0;

	if (file == NULL && errno == EACCES)
		ctl_say("note: only root can read %s, which may name another Redis", path);
	/* Of two lines the last one counts, so the last one is taken first. */
	if (file != NULL && getdelim(&text, &size, '\0', file) >= 0)
		do {
			end = strrchr(text, '\n');
			load_setting(end != NULL ? end + 1 : text);
			if (end != NULL)
				*end = '\0';
		} while (end != NULL);
	free(text);
	if (file != NULL)
		fclose(file);
}

bool locate_settings(struct config *c, unsigned parts, config_fault *tell, void *context)
{
	char path[sizeof c->data_dir];
	const struct place *place = is_set("SSA_DATA_DIR") ? NULL : find_data(path, sizeof path);

	if (place != NULL && place->settings != NULL && (parts & CONFIG_REDIS) &&
	    !is_set("REDIS_URL"))
		load_settings(place->settings);
	bool good = config_load(c, parts, tell, context);
	if (place != NULL && (parts & CONFIG_DATA) && !is_set("SSA_DATA_DIR"))
		strcpy(c->data_dir, path);
	return good;
}

/* Takes the socket in this folder, if it is there. */
static void take_socket(struct redis *r, const char *folder, const char *below)
{
	char path[256];
	struct stat st;

	int len = snprintf(path, sizeof path, "%s%s/redis.sock", folder, below);
	if (len > 0 && (size_t)len < sizeof path && stat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		redis_use_socket(r, path);
}

void locate_redis(const struct config *c, struct redis *r)
{
	if (is_set("REDIS_URL"))
		return;
	if (is_set("SSA_RUN_DIR")) {
		take_socket(r, getenv("SSA_RUN_DIR"), "");
		return;
	}
	take_socket(r, c->data_dir, "/../state");
	take_socket(r, c->data_dir, "/../run");
}
