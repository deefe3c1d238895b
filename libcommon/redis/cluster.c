#include "redis/cluster.h"
#include "core/text.h"
#include "redis/link.h"
#include "redis/nodes.h"
#include "redis/replication.h"
#include "redis/resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 16 /* how often a batch is sent on */, OUT_KEEP_BYTES = 16384 };

struct command {
	size_t end; /* in the bytes of the batch */
	int slot;
	char tag[TAG_LEN]; /* of the key */
	bool keyless, ask; /* ask: ASKING must precede it */
	bool elsewhere;    /* a node that had lost the others refused it */
	unsigned stage;
	unsigned node;            /* where it is sent; 0: not decided */
	struct redisReply *reply; /* NULL: none yet, or it failed */
	enum { LATER, READY, SENT, DONE, FAILED } state;
};

struct commands {
	struct command *at;
	size_t count, cap;
};

struct cluster {
	struct nodes nodes;
	uint8_t masters[SHARDS_NODES_MAX];
	const char *bytes;
	struct commands now; /* this batch */
	size_t next;         /* the command whose reply is taken next */
	unsigned stage;      /* of the command that is added next */
	int slot;            /* of the last command */
	bool no_memory, once, collected;
};

struct cluster *cluster_new(const struct redis_url *url, const struct link_terms *terms,
			    char *error)
{
	struct cluster *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	nodes_init(&c->nodes, url, terms, error);
	return c;
}

static void drop_commands(struct commands *list)
{
	for (size_t i = 0; i < list->count; i++)
		resp_free(list->at[i].reply);
	list->count = 0;
}

void cluster_begin(struct cluster *c)
{
	drop_commands(&c->now);
	c->next = c->stage = 0;
	c->no_memory = false;
	c->collected = true; /* nothing was sent */
}

void cluster_free(struct cluster *c)
{
	if (c == NULL)
		return;
	drop_commands(&c->now);
	nodes_close(&c->nodes);
	free(c->now.at);
	free(c);
}

void cluster_add(struct cluster *c, const char *argument, size_t end)
{
	int slot = argument != NULL ? tag_slot(argument) : -1;

	if (c->now.count == c->now.cap) {
		size_t cap = c->now.cap ? c->now.cap * 2 : 64;
		void *commands = realloc(c->now.at, cap * sizeof *c->now.at);
		if (commands == NULL) {
			c->no_memory = true;
			return;
		}
		c->now.at = commands;
		c->now.cap = cap;
	}
	if (slot >= 0)
		c->slot = slot;
	struct command *command = &c->now.at[c->now.count++];
	*command = (struct command){
	    .end = end, .slot = c->slot, .keyless = slot < 0, .stage = c->stage, .state = LATER};
	if (slot >= 0)
		memcpy(command->tag, strchr(argument, '{') + 1, TAG_LEN);
}

void cluster_barrier(struct cluster *c)
{
	c->stage++;
}

/* node 0: the one that has the slot, or any. */
static void send_to(struct command *command, unsigned node, bool ask)
{
	command->state = READY;
	command->node = node;
	command->ask = ask;
}

static void fail(struct cluster *c, struct command *command, const char *doing, const char *why)
{
	snprintf(c->nodes.error, REPLICATION_WHY_SIZE, "%s%s", doing, why);
	command->state = FAILED;
}

/* A node did not take its commands, so another one, which knows more, can have them (`again`), or
 * it did not answer, so nobody knows whether it did them. */
static void give_up(struct cluster *c, unsigned node, bool again)
{
	shards_forget(&c->nodes.shards, node);
	c->nodes.changed = true;
	for (size_t i = 0; i < c->now.count; i++) {
		struct command *command = &c->now.at[i];
		if (command->state != SENT || command->node != node)
			continue;
		fail(c, command, "", link_error(c->nodes.at[node].link));
		if (again)
			send_to(command, 0, false);
	}
}

static bool deliver(struct cluster *c, unsigned node)
{
	struct node *n = &c->nodes.at[node];

	return nodes_open(&c->nodes, node, c->once) &&
	       link_send(n->link, n->out.at, n->out.len, n->commands);
}

/* Adds a command to what its node is sent. */
static void add_to_node(struct cluster *c, size_t i, unsigned other)
{
	struct command *command = &c->now.at[i];
	size_t begin = i > 0 ? c->now.at[i - 1].end : 0;

	if (command->node == 0)
		command->node = c->nodes.shards.node_of[command->slot];
	if (command->node == 0)
		command->node = other;
	struct node *n = &c->nodes.at[command->node];
	if (command->ask)
		n->commands += resp_add(&n->out, "ASKING", NULL);
	text_add(&n->out, c->bytes + begin, command->end - begin);
	n->commands++;
	command->state = SENT;
}

static void send_to_node(struct cluster *c, unsigned i)
{
	struct node *n = &c->nodes.at[i];

	if (n->out.failed)
		n->commands = 0;
	if (n->out.failed || !nodes_open(&c->nodes, i, c->once))
		give_up(c, i, !n->out.failed && !c->once);
	else if (!deliver(c, i) && !(link_was_dead(n->link) && deliver(c, i)))
		give_up(c, i, false);
}

/* Sends all commands that are ready. false: there was none. */
static bool send_ready(struct cluster *c)
{
	unsigned other = nodes_next(&c->nodes);
	bool any = false;

	for (unsigned i = 1; i <= c->nodes.shards.count; i++) {
		text_clear(&c->nodes.at[i].out, OUT_KEEP_BYTES);
		c->nodes.at[i].commands = 0;
	}
	for (size_t i = 0; i < c->now.count; i++)
		if (c->now.at[i].state == READY) {
			any = true;
			add_to_node(c, i, other);
		}
	for (unsigned i = 1; i <= c->nodes.shards.count; i++)
		if (c->nodes.at[i].commands > 0)
			send_to_node(c, i);
	return any;
}

/* Makes the commands up to the next barrier ready. false: there are no more. */
static bool begin_stage(struct cluster *c)
{
	unsigned stage = 0;
	bool any = false;

	for (size_t i = 0; i < c->now.count; i++)
		if (c->now.at[i].state == LATER && (!any || c->now.at[i].stage == stage)) {
			stage = c->now.at[i].stage;
			any = true;
			c->now.at[i].state = READY;
		}
	return any;
}

bool cluster_send(struct cluster *c, const char *bytes, bool once)
{
	if (c->no_memory) {
		snprintf(c->nodes.error, REPLICATION_WHY_SIZE, "redis: write: out of memory");
		return false;
	}
	nodes_refresh(&c->nodes);
	c->bytes = bytes;
	c->once = once;
	c->collected = false;
	begin_stage(c);
	send_ready(c);
	return true;
}

/* The node to which a command before this one was sent on, in the commands for the same slot. */
static unsigned followed(const struct cluster *c, size_t i)
{
	int slot = c->now.at[i].slot;

	while (i-- > 0 && c->now.at[i].slot == slot)
		if (c->now.at[i].state == READY && !c->now.at[i].keyless)
			return c->now.at[i].node;
	return 0;
}

/* Keeps a reply. A command without a key may be done by two nodes. Then both have to wait for their
 * replicas, so the smaller number counts. */
static void keep(struct command *command, struct redisReply *reply)
{
	long long before, now;
	bool more = command->reply != NULL && resp_number(command->reply, &before) &&
		    resp_number(reply, &now) && now > before;

	resp_free(more ? reply : command->reply);
	if (!more)
		command->reply = reply;
}

static void take_reply(struct cluster *c, size_t i, const struct redisReply *reply)
{
	struct command *command = &c->now.at[i];
	char code[RESP_ERROR_CODE_SIZE], refusal[RESP_REFUSAL_SIZE];

	/* What a node says to a command without a key does not count if it sent on the commands
	 * before it. A replica answers WAIT with an error. */
	unsigned also = command->keyless ? followed(c, i) : 0;
	if (!resp_is_error(reply, code)) {
		struct node *n = &c->nodes.at[command->node];
		if (!command->keyless && !command->ask)
			c->nodes.shards.node_of[command->slot] = (uint8_t)command->node;
		if (!command->keyless) {
			memcpy(n->tag, command->tag, TAG_LEN);
			n->touched = true;
		}
		keep(command, link_keep(n->link));
		command->state = DONE;
		if (also != 0)
			send_to(command, also, false);
		return;
	}
	bool ask = false, down = strcmp(code, "CLUSTERDOWN") == 0 && !command->elsewhere;
	unsigned node = also;
	resp_refusal(refusal, code, c->bytes + (i > 0 ? c->now.at[i - 1].end : 0), 0);
	fail(c, command, "redis: error reply: ", refusal);
	/* CLUSTERDOWN: it has lost the others, or has just found them again. Another may know. */
	if (node == 0 && !shards_redirect(&c->nodes.shards, reply, command->node, &node, &ask) &&
	    down)
		node = command->node < c->nodes.shards.count ? command->node + 1 : 1;
	c->nodes.changed = c->nodes.changed || !ask;
	command->elsewhere = command->elsewhere || down;
	if (node == 0 || c->once) {
		c->nodes.shards.node_of[command->slot] = 0; /* it may not be the master any more */
		return;
	}
	c->nodes.changes++;
	send_to(command, node, ask);
}

/* Takes the replies of a node to all that it was sent. */
static void take_replies(struct cluster *c, unsigned node)
{
	struct node *n = &c->nodes.at[node];
	bool again = !c->once;

	for (size_t i = 0; i < c->now.count; i++) {
		struct command *command = &c->now.at[i];
		const struct redisReply *reply = NULL;
		if (command->state != SENT || command->node != node)
			continue;
		for (; reply == NULL; again = false) {
			if (!command->ask || link_next(n->link) != NULL)
				reply = link_next(n->link);
			if (reply == NULL && !(again && link_was_dead(n->link) && deliver(c, node)))
				break;
		}
		if (reply == NULL) {
			give_up(c, node, false);
			return;
		}
		take_reply(c, i, reply);
	}
}

/* Takes all replies of the batch, and sends on what was refused, until each command is done or has
 * failed. */
static void collect(struct cluster *c)
{
	for (int rounds = 0;; rounds++) {
		for (unsigned i = 1; i <= c->nodes.shards.count; i++)
			if (c->nodes.at[i].link != NULL && link_pending(c->nodes.at[i].link) > 0)
				take_replies(c, i);
		if (rounds == ROUNDS_MAX || !(send_ready(c) || (begin_stage(c) && send_ready(c))))
			break;
	}
	c->collected = true;
}

struct redisReply *cluster_next(struct cluster *c)
{
	if (!c->collected)
		collect(c);
	if (c->next == c->now.count)
		return NULL;
	struct command *command = &c->now.at[c->next++];
	if (command->state != DONE)
		return NULL;
	struct redisReply *reply = command->reply;
	command->reply = NULL;
	return reply;
}

unsigned long cluster_changes(const struct cluster *c)
{
	return c->nodes.changes;
}

unsigned cluster_masters(struct cluster *c, bool *whole)
{
	return nodes_masters(&c->nodes, c->masters, whole);
}

void cluster_tag(const struct cluster *c, size_t i, char tag[static TAG_LEN + 1])
{
	if (!shards_tag(&c->nodes.shards, c->masters[i], tag))
		strcpy(tag, "all");
}

void cluster_begin_request(struct cluster *c)
{
	nodes_begin(&c->nodes);
}

bool cluster_replicated(struct cluster *c, unsigned number)
{
	return nodes_replicated(&c->nodes, number);
}
