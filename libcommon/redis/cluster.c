#include "redis/cluster.h"
#include "core/array.h"
#include "core/clock.h"
#include "core/text.h"
#include "redis/link.h"
#include "redis/nodes.h"
#include "redis/replication.h"
#include "redis/resp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How often a batch is sent on, and for how long: a silent node costs 200 ms. */
enum { ROUNDS_MAX = 16, ROUNDS_MS = 500 };

struct command {
	size_t end; /* in the bytes of the batch */
	int slot;
	char tag[TAG_LEN]; /* of the key */
	bool keyless, ask; /* ask: ASKING must precede it */
	bool elsewhere;    /* a node refused it because it had lost the others */
	unsigned stage;
	unsigned node;            /* where it is sent; 0: not decided */
	struct redisReply *reply; /* NULL: none yet, or it failed */
	enum { LATER, READY, SENT, DONE, FAILED } state;
};

struct cluster {
	struct nodes nodes;
	const char *bytes; /* the batch */
	struct command *commands;
	size_t count, cap;
	size_t next;    /* the command whose reply is taken next */
	unsigned stage; /* of the command that is added next */
	int slot;       /* of the last command */
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

void cluster_begin(struct cluster *c)
{
	for (size_t i = 0; i < c->count; i++)
		resp_free(c->commands[i].reply);
	c->count = c->next = c->stage = 0;
	c->no_memory = false;
	c->collected = true; /* nothing was sent */
}

void cluster_free(struct cluster *c)
{
	if (c == NULL)
		return;
	cluster_begin(c);
	nodes_close(&c->nodes);
	free(c->commands);
	free(c);
}

void cluster_add(struct cluster *c, const char *argument, size_t end)
{
	int slot = argument != NULL ? tag_slot(argument) : -1;
	struct command *commands = array_grow(c->commands, c->count, &c->cap, sizeof *commands);

	if (commands == NULL) {
		c->no_memory = true;
		return;
	}
	c->commands = commands;
	if (slot >= 0)
		c->slot = slot;
	struct command *command = &commands[c->count++];
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

static void fail(struct cluster *c, struct command *command, const char *why)
{
	snprintf(c->nodes.error, REPLICATION_WHY_SIZE, "%s", why);
	command->state = FAILED;
}

/* A node failed. If it took no command, another one may get them (`again`). If it did not answer,
 * nobody knows whether it did them. */
static void give_up(struct cluster *c, unsigned node, bool again)
{
	nodes_forget(&c->nodes, node);
	for (size_t i = 0; i < c->count; i++) {
		struct command *command = &c->commands[i];
		if (command->state != SENT || command->node != node)
			continue;
		fail(c, command, link_error(c->nodes.at[node].link));
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
	struct command *command = &c->commands[i];
	size_t begin = i > 0 ? c->commands[i - 1].end : 0;

	if (command->node == 0)
		command->node = nodes_owner(&c->nodes, command->slot);
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

/* Makes the commands up to the next barrier ready, unless some are ready already. Returns false if
 * all commands have been sent. */
static bool find_ready(struct cluster *c)
{
	const struct command *first = NULL;

	for (size_t i = 0; i < c->count; i++)
		if (c->commands[i].state == READY)
			return true;
	for (size_t i = 0; i < c->count; i++) {
		struct command *command = &c->commands[i];
		if (command->state != LATER || (first != NULL && command->stage != first->stage))
			continue;
		first = first != NULL ? first : command;
		command->state = READY;
	}
	return first != NULL;
}

/* Sends the commands that are ready, in one write for each node. */
static void send_ready(struct cluster *c)
{
	unsigned other = nodes_next(&c->nodes);

	nodes_clear(&c->nodes);
	for (size_t i = 0; i < c->count; i++)
		if (c->commands[i].state == READY)
			add_to_node(c, i, other);
	for (unsigned i = 1; i <= nodes_count(&c->nodes); i++)
		if (c->nodes.at[i].commands > 0)
			send_to_node(c, i);
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
	if (find_ready(c))
		send_ready(c);
	return true;
}

/* The node to which a command before this one, for the same slot, was sent on. 0: none was. */
static unsigned followed(const struct cluster *c, size_t i)
{
	int slot = c->commands[i].slot;

	while (i-- > 0 && c->commands[i].slot == slot)
		if (c->commands[i].state == READY && !c->commands[i].keyless)
			return c->commands[i].node;
	return 0;
}

static void take_answer(struct cluster *c, struct command *command)
{
	command->reply = link_keep(c->nodes.at[command->node].link);
	command->state = DONE;
	if (!command->keyless)
		nodes_did(&c->nodes, command->node, command->tag,
			  command->ask ? -1 : command->slot);
}

/* CLUSTERDOWN: the node has lost the others, or has just found them. Another one may know more. */
static void take_refusal(struct cluster *c, size_t i, const struct redisReply *error,
			 const char *code)
{
	struct command *command = &c->commands[i];
	char refusal[RESP_REFUSAL_SIZE];
	bool down = strcmp(code, "CLUSTERDOWN") == 0 && !command->elsewhere, ask = false;

	resp_refusal(refusal, code, c->bytes + (i > 0 ? c->commands[i - 1].end : 0), 0);
	fail(c, command, refusal);
	unsigned node = nodes_refused(&c->nodes, command->node, command->slot, error, &ask);
	if (node == 0 && down)
		node = nodes_next(&c->nodes);
	command->elsewhere = command->elsewhere || down;
	if (node != 0 && !c->once) {
		c->nodes.changes++;
		send_to(command, node, ask);
	}
}

/* A node's reply to a command without a key does not count if it refused the commands before. */
static void take_reply(struct cluster *c, size_t i, const struct redisReply *reply)
{
	struct command *command = &c->commands[i];
	unsigned elsewhere = command->keyless ? followed(c, i) : 0;
	char code[RESP_ERROR_CODE_SIZE];

	if (elsewhere != 0)
		send_to(command, elsewhere, false);
	else if (resp_is_error(reply, code))
		take_refusal(c, i, reply, code);
	else
		take_answer(c, command);
}

/* Takes the replies of a node. */
static void take_replies(struct cluster *c, unsigned node)
{
	struct node *n = &c->nodes.at[node];
	bool again = !c->once;

	for (size_t i = 0; i < c->count; i++) {
		struct command *command = &c->commands[i];
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

/* Takes all replies, and sends on what was refused, until each command is done or has failed. */
static void collect(struct cluster *c)
{
	long long until_ms = 0;

	for (int rounds = 0;; rounds++) {
		for (unsigned i = 1; i <= nodes_count(&c->nodes); i++)
			if (c->nodes.at[i].link != NULL && link_pending(c->nodes.at[i].link) > 0)
				take_replies(c, i);
		if (rounds == ROUNDS_MAX || !find_ready(c))
			break;
		long long now_ms = clock_ms();
		until_ms = rounds == 0 ? now_ms + ROUNDS_MS : until_ms;
		if (now_ms >= until_ms)
			break;
		send_ready(c);
	}
	c->collected = true;
}

struct redisReply *cluster_next(struct cluster *c)
{
	if (!c->collected)
		collect(c);
	if (c->next == c->count)
		return NULL;
	struct command *command = &c->commands[c->next++];
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
	return nodes_masters(&c->nodes, whole);
}

void cluster_tag(const struct cluster *c, size_t i, char tag[static TAG_LEN + 1])
{
	nodes_tag(&c->nodes, i, tag);
}

void cluster_begin_request(struct cluster *c)
{
	nodes_begin(&c->nodes);
}

bool cluster_replicated(struct cluster *c, unsigned number)
{
	return nodes_replicated(&c->nodes, number);
}
