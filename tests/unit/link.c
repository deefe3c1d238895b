/* redis/link and redis/nodes: which server is left alone for a while. What is sent and read is
 * tested with a real Redis. */
#include "redis/link.h"
#include "check.h"
#include "redis/nodes.h"
#include "redis/redis_url.h"
#include "redis/replication.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct link *new_link(bool patient)
{
	return link_new(&(struct link_terms){
	    .user = "", .password = "", .db = "", .answer_ms = 200, .patient = patient});
}

static bool says(const struct link *l, const char *what)
{
	return strstr(link_error(l), what) != NULL;
}

/* A port on which nobody listens. */
static void refused(const struct redis_server *server)
{
	struct link *l = new_link(true);

	for (int tries = 0; tries < 2; tries++)
		CHECK(!link_open(l, server) && says(l, "Connection refused"));
	link_free(l);
}

/* A port on which nobody takes the connection. */
static void silent(const struct redis_server *server, bool patient)
{
	struct link *l = new_link(patient);

	CHECK(!link_open(l, server) && says(l, "no answer in time"));
	CHECK(!link_open(l, server) &&
	      says(l, patient ? "no answer a moment ago" : "no answer in time"));
	CHECK(link_is_late(l) == patient);
	link_free(l);
}

/* Of three nodes of a cluster, a silent one is not asked any more, unless all are silent. */
static void silent_nodes(const struct redis_server *server)
{
	struct redis_url url = {.count = 3, .servers = {*server, *server, *server}};
	struct link_terms terms = {.user = "", .password = "", .db = "", .patient = true};
	char error[REPLICATION_WHY_SIZE];
	struct nodes *n = calloc(1, sizeof *n);

	if (!CHECK(n != NULL))
		return;
	strcpy(url.servers[1].host, "127.0.0.2");
	strcpy(url.servers[2].host, "127.0.0.3");
	nodes_init(n, &url, &terms, error);
	CHECK(!nodes_open(n, 2, false) && link_is_late(n->at[2].link));
	CHECK(nodes_next(n) == 1 && nodes_next(n) == 3 && nodes_next(n) == 1);
	CHECK(!nodes_open(n, 1, false) && nodes_next(n) == 3 && nodes_next(n) == 3);
	CHECK(!nodes_open(n, 3, false));
	unsigned one = nodes_next(n);
	CHECK(one >= 1 && one <= 3);
	nodes_close(n);
	free(n);
}

/* Whether a connection is used again after a pause. */
static void unused(const struct redis_server *server, bool patient)
{
	struct link *l = new_link(patient);

	CHECK(link_open(l, server) && link_send(l, "x", 1, 0) && !link_is_late(l));
	CHECK(link_is_usable(l));
	nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100 * 1000 * 1000}, NULL);
	CHECK(link_is_usable(l) == !patient);
	link_free(l);
}

/* A connection that owes a reply is not used again. */
static void owing(const struct redis_server *server)
{
	struct link *l = new_link(false);

	CHECK(link_open(l, server) && link_send(l, "x", 1, 1) && link_pending(l) == 1);
	CHECK(!link_is_usable(l) && link_pending(l) == 0);
	link_free(l);
}

TEST(servers)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof address;
	struct redis_server server = {.host = "127.0.0.1"};
	struct link *queued[2];
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listener, (struct sockaddr *)&address, len) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) != 0)
		exit(2);
	snprintf(server.port, sizeof server.port, "%d", ntohs(address.sin_port));
	refused(&server);
	if (listen(listener, 3) != 0)
		exit(2);
	unused(&server, true);
	unused(&server, false);
	owing(&server);
	if (listen(listener, 0) != 0)
		exit(2);
	for (size_t i = 0; i < 2; i++) { /* until the queue is full */
		queued[i] = new_link(false);
		link_open(queued[i], &server);
	}
	silent(&server, true);
	silent(&server, false);
	silent_nodes(&server);
	for (size_t i = 0; i < 2; i++)
		link_free(queued[i]);
	close(listener);
}
