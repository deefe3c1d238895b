#include "redis/nodes.h"
#include "core/clock.h"
#include "redis/link.h"
#include "redis/replication.h"
#include "redis/resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For how long to ask: to be quicker the next time, or because all masters are needed. */
enum { REFRESH_MS = 100, MASTERS_MS = 1000 };
enum { OUT_KEEP_BYTES = 16384 };

static void add_hosts(struct shards *s, const struct redis_url *url)
{
	for (unsigned i = 0; i < url->count; i++)
		shards_add(s, &url->servers[i]);
}

void nodes_init(struct nodes *n, const struct redis_url *url, const struct link_terms *terms,
		char *error)
{
	n->url = url;
	n->terms = terms;
	n->error = error;
	n->fresh_until_ms = clock_ms() + NODES_FRESH_MS;
	add_hosts(&n->shards, url);
}

static void close_node(struct node *node)
{
	link_free(node->link);
	text_free(&node->out);
	*node = (struct node){0};
}

void nodes_close(struct nodes *n)
{
	for (unsigned i = 1; i <= n->shards.count; i++)
		close_node(&n->at[i]);
}

static bool fail(struct nodes *n, const char *why)
{
	snprintf(n->error, REPLICATION_WHY_SIZE, "%s", why);
	return false;
}

bool nodes_open(struct nodes *n, unsigned number, bool once)
{
	struct node *node = &n->at[number];

	if (node->link == NULL && (node->link = link_new(n->terms)) == NULL)
		return fail(n, "redis: out of memory");
	if (link_is_usable(node->link))
		return true;
	n->lost = n->lost || node->touched;
	node->touched = false;
	node->id[0] = '\0'; /* another node may have the address by now */
	if (once)
		return link_fail(node->link, "write", "connection closed");
	n->changes++;
	return link_open(node->link, &n->shards.nodes[number]);
}

unsigned nodes_count(const struct nodes *n)
{
	return n->shards.count;
}

unsigned nodes_owner(const struct nodes *n, int slot)
{
	return n->shards.node_of[slot];
}

void nodes_did(struct nodes *n, unsigned number, const char *tag, int slot)
{
	memcpy(n->at[number].tag, tag, TAG_LEN);
	n->at[number].touched = true;
	if (slot >= 0)
		n->shards.node_of[slot] = (uint8_t)number;
}

unsigned nodes_refused(struct nodes *n, unsigned number, int slot, const struct redisReply *error,
		       bool *ask)
{
	unsigned other = 0;

	if (!shards_redirect(&n->shards, error, number, &other, ask))
		n->shards.node_of[slot] = 0; /* it may not be the master any more */
	n->changed = n->changed || !*ask;
	return other;
}

void nodes_forget(struct nodes *n, unsigned number)
{
	shards_forget(&n->shards, number);
	n->changed = true;
}

void nodes_clear(struct nodes *n)
{
	for (unsigned i = 1; i <= n->shards.count; i++) {
		text_clear(&n->at[i].out, OUT_KEEP_BYTES);
		n->at[i].commands = 0;
	}
}

unsigned nodes_next(struct nodes *n)
{
	for (unsigned tries = 0; tries < n->shards.count; tries++) {
		n->turn = n->turn < n->shards.count ? n->turn + 1 : 1;
		const struct link *l = n->at[n->turn].link;
		if (l == NULL || !link_is_late(l))
			break;
	}
	return n->turn;
}

/* Asks the node, and returns its first reply. NULL: it failed, or answered with an error. */
static const struct redisReply *ask(struct nodes *n, unsigned number, struct text *question)
{
	struct link *l = NULL;
	const struct redisReply *reply = NULL;
	char code[RESP_ERROR_CODE_SIZE];

	for (int tries = 0; reply == NULL && tries < 2; tries++) {
		if (question->failed || !nodes_open(n, number, false))
			break;
		l = n->at[number].link;
		if (link_send(l, question->at, question->len, 1))
			reply = link_next(l);
		if (reply == NULL && !link_was_dead(l))
			break;
	}
	text_free(question);
	if (reply != NULL && !resp_is_error(reply, code))
		return reply;
	if (reply != NULL)
		link_fail(l, "error reply", resp_words(code));
	if (n->at[number].link != NULL)
		fail(n, link_error(n->at[number].link));
	return NULL;
}

static const struct redisReply *ask_slots(struct nodes *n, unsigned number)
{
	struct text question = {0};

	resp_add(&question, "CLUSTER", "SLOTS", NULL);
	return ask(n, number, &question);
}

/* Replaces the map, and forgets the nodes that are not in the new one. */
static void replace(struct nodes *n, struct shards *fresh)
{
	const struct node none = {0};
	struct node *was = calloc(SHARDS_NODES_MAX + 1, sizeof *was);

	if (was == NULL)
		return;
	memcpy(was, n->at, sizeof n->at);
	for (unsigned i = 1; i <= fresh->count; i++) {
		unsigned old = shards_find(&n->shards, &fresh->nodes[i]);
		n->at[i] = was[old];
		was[old] = none;
	}
	for (unsigned i = 1; i <= n->shards.count; i++)
		close_node(&was[i]);
	for (unsigned i = fresh->count + 1; i <= SHARDS_NODES_MAX; i++)
		n->at[i] = none;
	n->shards = *fresh;
	free(was);
}

/* Asks one node after another for the map, for at most `ms`. A node whose machine is gone costs 200
 * ms. */
static void learn(struct nodes *n, long long ms)
{
	struct shards *fresh = calloc(1, sizeof *fresh);
	long long until_ms = clock_ms() + ms;
	bool learnt = false;

	n->changed = n->whole = false;
	n->asked = true;
	n->fresh_until_ms = clock_ms() + NODES_FRESH_MS;
	for (unsigned i = 0; i < n->shards.count && fresh != NULL && !learnt; i++) {
		if (clock_ms() >= until_ms)
			break;
		unsigned from = nodes_next(n);
		const struct redisReply *reply = ask_slots(n, from);
		int covered;
		if (reply == NULL)
			continue;
		*fresh = (struct shards){0};
		add_hosts(fresh, n->url);
		learnt =
		    shards_read(fresh, reply, shards_add(fresh, &n->shards.nodes[from]), &covered);
		n->whole = learnt && covered == TAG_SLOTS;
	}
	if (learnt)
		replace(n, fresh);
	free(fresh);
}

void nodes_refresh(struct nodes *n)
{
	if (n->changed &&
	    (n->shards.count > SHARDS_NODES_MAX / 2 || clock_ms() >= n->fresh_until_ms))
		learn(n, REFRESH_MS);
}

unsigned nodes_masters(struct nodes *n, bool *whole)
{
	if (!n->asked || n->changed || clock_ms() >= n->fresh_until_ms)
		learn(n, MASTERS_MS);
	*whole = n->whole || fail(n, "redis: a part of the cluster has no master");
	return shards_masters(&n->shards, n->masters);
}

void nodes_tag(const struct nodes *n, size_t i, char tag[static TAG_LEN + 1])
{
	if (!shards_tag(&n->shards, n->masters[i], tag))
		strcpy(tag, "all");
}

void nodes_begin(struct nodes *n)
{
	n->lost = false;
	for (unsigned i = 1; i <= n->shards.count; i++)
		n->at[i].touched = false;
}

/* Learns the id of a node, by which CLUSTER REPLICAS names it. */
static bool learn_id(struct nodes *n, unsigned number)
{
	struct text question = {0};

	if (n->at[number].id[0] != '\0')
		return true;
	resp_add(&question, "CLUSTER", "MYID", NULL);
	const struct redisReply *reply = ask(n, number, &question);
	return reply != NULL && (resp_copy(reply, n->at[number].id, NODES_ID_SIZE) ||
				 fail(n, "redis: not an answer of a cluster"));
}

/* Reads a line of CLUSTER REPLICAS: ID HOST:PORT@BUS[,NAME] FLAGS …. The flag fail means that a
 * majority of the masters agrees, so it gets no vote; with nofailover it asks for none. */
static bool read_replica(const struct redisReply *line, struct replication *r)
{
	struct redis_server server;
	char text[512], *at, *next;

	if (!resp_copy(line, text, sizeof text) || (at = strchr(text, ' ')) == NULL ||
	    (next = strchr(++at, ' ')) == NULL)
		return false;
	*next++ = '\0';
	next[strcspn(next, " ")] = '\0';
	at[strcspn(at, "@,")] = '\0';
	char *port = strrchr(at, ':');
	if (port == NULL || strlen(port + 1) >= sizeof server.port ||
	    (size_t)(port - at) >= sizeof server.host)
		return false;
	*port++ = '\0';
	strcpy(server.host, at);
	strcpy(server.port, port);
	bool spared = false;
	for (char *flag = strtok_r(next, ",", &at); flag != NULL; flag = strtok_r(NULL, ",", &at))
		if (strcmp(flag, "fail") == 0 || strcmp(flag, "nofailover") == 0)
			spared = true;
	replication_add(r, &server, spared);
	return true;
}

static bool add_replicas(struct nodes *n, unsigned number, struct replication *r)
{
	const struct redisReply *reply;
	struct text question = {0};

	if (!learn_id(n, number))
		return false;
	resp_add(&question, "CLUSTER", "REPLICAS", n->at[number].id, NULL);
	if ((reply = ask(n, number, &question)) == NULL)
		return false;
	for (size_t i = 0; i < resp_count(reply); i++)
		if (!read_replica(resp_element(reply, i), r))
			return fail(n, "redis: not an answer of a cluster");
	return true;
}

/* The questions about one node. */
struct proof {
	unsigned node;
	struct replication replication;
};

static bool begin_proof(struct nodes *n, struct proof *p)
{
	struct node *node = &n->at[p->node];

	if (p->replication.number == 0 && !add_replicas(n, p->node, &p->replication))
		return false;
	if (!nodes_open(n, p->node, true) || n->lost)
		return fail(n, "redis: not replicated: connection closed");
	return replication_ask(&p->replication, node->link, node->tag, n->error);
}

bool nodes_replicated(struct nodes *n, unsigned number)
{
	struct proof *proofs = NULL;
	unsigned count = 0, begun = 0;
	bool good = true;

	for (unsigned i = 1; i <= n->shards.count; i++)
		count += n->at[i].touched;
	if (count == 0 || n->lost)
		return fail(n, "redis: not replicated: connection closed");
	if ((proofs = calloc(count, sizeof *proofs)) == NULL)
		return fail(n, "redis: not replicated: out of memory");
	for (unsigned i = 1; i <= n->shards.count && good; i++)
		if (n->at[i].touched) {
			proofs[begun].node = i;
			proofs[begun].replication.number = number;
			good = begin_proof(n, &proofs[begun]);
			begun += good;
		}
	for (unsigned i = 0; i < begun; i++)
		if (!replication_take(&proofs[i].replication, n->at[proofs[i].node].link, n->error))
			good = false;
	nodes_begin(n);
	free(proofs);
	return good;
}
