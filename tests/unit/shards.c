/* shards: the slots of keys, and the addresses in redirects. (cluster.bats tests it with Redis.) */
#include "redis/shards.h"
#include "check.h"
#include "core/text.h"
#include "redis/resp.h"

static struct shards s;

TEST(slots)
{
	char tag[TAG_LEN + 1], key[] = "ssa:{tag}:probe";
	static bool seen[TAG_SLOTS];
	int missing = 0;

	/* From `CLUSTER KEYSLOT` of Redis 7.0. */
	CHECK(tag_slot("ssa:{123456789}:x") == 12739);
	CHECK(tag_slot("ssa:{foo}:ticket:x") == 12182);
	CHECK(tag_slot("ssa:{abc}:probe") == 7638);
	CHECK(tag_slot("{}") == 0);
	CHECK(tag_slot("no braces") == -1 && tag_slot("{open") == -1);
	CHECK(tag_slot("0") == -1 && tag_slot("") == -1);
	/* The tags reach every slot. */
	for (unsigned i = 0; i < TAG_COUNT; i++) {
		tag_numbered(tag, i);
		memcpy(key + 5, tag, TAG_LEN);
		seen[tag_slot(key)] = true;
	}
	for (int i = 0; i < TAG_SLOTS; i++)
		missing += !seen[i];
	CHECK(missing == 0);
}

/* A reply as Redis sends it. */
static const struct redisReply *reply(struct resp_reader *r, const char *bytes)
{
	bool broken;

	CHECK(resp_feed(r, bytes, strlen(bytes)));
	return resp_next(r, &broken);
}

/* What a redirect says: the node, by its address, and the slot that it has now. */
static void show(FILE *out, const char *words)
{
	struct redis_server first = {.host = "192.0.2.1", .port = "6379"};
	struct resp_reader *r = resp_reader_new();
	char bytes[200];
	unsigned node = 0, slot = 0;
	bool ask;

	memset(&s, 0, sizeof s);
	CHECK(shards_add(&s, &first) == 1 && shards_add(&s, &first) == 1);
	snprintf(bytes, sizeof bytes, "-%s\r\n", words);
	if (shards_redirect(&s, reply(r, bytes), 1, &node, &ask)) {
		fprintf(out, "%s %s %s", ask ? "ask" : "moved", s.nodes[node].host,
			s.nodes[node].port);
		while (slot < TAG_SLOTS && s.node_of[slot] != node)
			slot++;
		if (slot < TAG_SLOTS)
			fprintf(out, " has %u", slot);
	}
	resp_reader_free(r);
}

static check_pair redirects[] = {
    {"MOVED 7 10.0.0.9:7001", "moved 10.0.0.9 7001 has 7"},
    {"ASK 16383 node.example:1", "ask node.example 1"},
    {"MOVED 0 ::1:7002", "moved ::1 7002 has 0"},
    {"MOVED 5 :7003", "moved 192.0.2.1 7003 has 5"},
    {"MOVED 5 ?:7003", "moved 192.0.2.1 7003 has 5"},
};

TEST(redirects)
{
	CHECK_PAIRS(redirects, show);
	EACH_ITEM(words,
		  "MOVED 16384 a:1|MOVED -1 a:1|MOVED x a:1|MOVED 1|MOVED 1 a|MOVED 1 a:|MOVED 1:2|"
		  "MOVED 1 a:123456|MOVEDX 1 a:1|TRYAGAIN wait|ERR a:1",
		  '|')
		CHECK_RENDERED(words, "", show);
}

TEST(map)
{
	static const char two[] =
	    "*2\r\n"
	    "*3\r\n:0\r\n:99\r\n*2\r\n$1\r\na\r\n:1\r\n"
	    "*4\r\n:100\r\n:16383\r\n*2\r\n$0\r\n\r\n:2\r\n*2\r\n$1\r\nr\r\n:3\r\n";
	static const char hole[] = "*1\r\n*3\r\n:0\r\n:99\r\n*2\r\n$1\r\na\r\n:1\r\n";
	struct redis_server first = {.host = "192.0.2.1", .port = "6379"};
	struct resp_reader *r = resp_reader_new();
	uint8_t masters[SHARDS_NODES_MAX];
	int covered;
	char tag[TAG_LEN + 1], key[] = "ssa:{tag}:probe";

	memset(&s, 0, sizeof s);
	shards_add(&s, &first);
	CHECK(shards_read(&s, reply(r, hole), 1, &covered) && covered == 100);
	CHECK(!shards_read(&s, reply(r, "*0\r\n"), 1, &covered));
	CHECK(shards_read(&s, reply(r, two), 1, &covered) && covered == TAG_SLOTS);
	CHECK(shards_masters(&s, masters) == 2 && masters[0] != masters[1]);
	CHECK(strcmp(s.nodes[s.node_of[99]].host, "a") == 0);
	CHECK(strcmp(s.nodes[s.node_of[100]].host, "192.0.2.1") == 0 &&
	      strcmp(s.nodes[s.node_of[100]].port, "2") == 0);
	for (int i = 0; i < 2; i++) {
		CHECK(shards_tag(&s, masters[i], tag));
		memcpy(key + 5, tag, TAG_LEN);
		CHECK(s.node_of[tag_slot(key)] == masters[i]);
	}
	shards_forget(&s, masters[0]);
	CHECK(s.node_of[0] == 0 && s.node_of[100] != 0);
	CHECK(!shards_tag(&s, masters[0], tag));
	resp_reader_free(r);
}

/* The table of nodes ends. It is not written beyond. */
TEST(full)
{
	struct redis_server node = {.host = "h"};

	memset(&s, 0, sizeof s);
	for (int i = 1; i <= 300; i++) {
		snprintf(node.port, sizeof node.port, "%d", i);
		CHECK(shards_add(&s, &node) == (i <= SHARDS_NODES_MAX ? (unsigned)i : 0));
	}
}
