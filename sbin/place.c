#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0';
}

static void find_data(struct config *c)
{
	static const struct {
		bool beside;
		const char *path;
	} places[] = {{true, CONFIG_DATA_BESIDE},
		      {true, "../lib/simpleserverapi/data"},
		      {false, "/etc/simpleserverapi"},
		      {false, "data"}};
	char path[sizeof c->data_dir];
	struct stat st;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (places[i].beside && !config_beside(path, sizeof path, places[i].path))
			continue;
		if (!places[i].beside)
			strcpy(path, places[i].path);
		if (stat(path, &st) == 0) {
			strcpy(c->data_dir, path);
			return;
		}
	}
}

/* Takes the socket in this folder, if it is there. */
static void take_socket(struct redis_url *url, const char *folder, const char *below)
{
	char found[sizeof url->servers[0].host];
	struct stat st;

	int len = snprintf(found, sizeof found, "%s%s/redis.sock", folder, below);
	if (len < 0 || (size_t)len >= sizeof found || stat(found, &st) != 0 ||
	    !S_ISSOCK(st.st_mode))
		return;
	strcpy(url->servers[0].host, found);
	url->servers[0].port[0] = '\0';
}

/* The Redis of `make run` listens on a socket of its folder, and on nothing else. So does that of a
 * release, where `run` is the command, and the folder is `state`. */
static void find_redis(struct config *c)
{
	if (is_set("SSA_RUN_DIR")) {
		take_socket(&c->redis, getenv("SSA_RUN_DIR"), "");
		return;
	}
	take_socket(&c->redis, c->data_dir, "/../state");
	take_socket(&c->redis, c->data_dir, "/../run");
}

bool place_find(struct config *c, unsigned parts, config_fault *tell, void *context)
{
	bool good = config_load_parts(c, parts, tell, context);

	if ((parts & CONFIG_DATA) && !is_set("SSA_DATA_DIR"))
		find_data(c);
	if ((parts & CONFIG_REDIS) && !is_set("REDIS_URL"))
		find_redis(c);
	return good;
}

const char *place_of_redis(const struct redis_url *url, char name[static PLACE_REDIS_SIZE])
{
	static const char *const kinds[] = {[REDIS_SINGLE] = "",
					    [REDIS_SENTINEL] = "the master that is known to ",
					    [REDIS_CLUSTER] = "the cluster of "};
	size_t len = (size_t)snprintf(name, PLACE_REDIS_SIZE, "%s", kinds[url->kind]);

	for (unsigned i = 0; i < url->count && len < PLACE_REDIS_SIZE; i++) {
		const struct redis_server *s = &url->servers[i];
		bool brackets = *s->port != '\0' && strchr(s->host, ':') != NULL;
		len += (size_t)snprintf(name + len, PLACE_REDIS_SIZE - len, "%s%s%s%s%s%s",
					i > 0 ? ", " : "", brackets ? "[" : "", s->host,
					brackets ? "]" : "", *s->port ? ":" : "", s->port);
	}
	if (len < PLACE_REDIS_SIZE && (*url->db || *url->service))
		snprintf(name + len, PLACE_REDIS_SIZE - len, "%s%s%s%s",
			 *url->service ? ", service " : "", url->service,
			 *url->db ? ", database " : "", url->db);
	return name;
}
