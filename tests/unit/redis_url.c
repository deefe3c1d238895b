/* redis_url: valid and invalid addresses. */
#include "redis/redis_url.h"
#include "check.h"

/* The servers, and each other part that is not empty. */
static void render(FILE *out, const char *url)
{
	static const char *const kinds[] = {"", "sentinel ", "cluster "};
	struct redis_url u;
	const char *fault;

	memset(&u, 0xff, sizeof u);
	if (!CHECK_ROW(redis_url_parse(url, &u, &fault), url))
		return;
	fputs(kinds[u.kind], out);
	for (unsigned i = 0; i < u.count; i++)
		fprintf(out, "%s%s%s%s", i ? " " : "", u.servers[i].host,
			*u.servers[i].port ? ":" : "", u.servers[i].port);
	const char *const parts[][2] = {{"user", u.user},
					{"password", u.password},
					{"db", u.db},
					{"service", u.service},
					{"sentinel_password", u.sentinel_password}};
	EACH(part, parts)
		if (*(*part)[1] != '\0')
			fprintf(out, "; %s=%s", (*part)[0], (*part)[1]);
}

static check_pair single[] = {
    {"redis://127.0.0.1:6379/0", "127.0.0.1:6379"},
    {"redis://localhost", "localhost:6379"},
    {"redis://localhost/", "localhost:6379"},
    {"redis://localhost/5", "localhost:6379; db=5"},
    {"redis://localhost:1", "localhost:1"},
    {"redis://localhost:65535/15", "localhost:65535; db=15"},
    {"redis://[::1]", "::1:6379"},
    {"redis://[fe80::1]:7000/2", "fe80::1:7000; db=2"},
    {"redis://:secret@host", "host:6379; password=secret"},
    {"redis://user:secret@host:7/3", "host:7; user=user; password=secret; db=3"},
    {"redis://user:@host", "host:6379; user=user"},
    {"redis://u%40x:p%3a%2F%25@host", "host:6379; user=u@x; password=p:/%"},
    {"redis://u:a@b@host", "host:6379; user=u; password=a@b"},
    {"redis://u:a:b@host", "host:6379; user=u; password=a:b"},
    {"redis://u:p@[::1]:9", "::1:9; user=u; password=p"},
    {"unix:///run/redis.sock", "/run/redis.sock"},
    {"unix:///run/with@sign?db=3", "/run/with@sign; db=3"},
    {"unix:///a%20b%3Fc", "/a b?c"},
    {"unix://user:pa%40ss@/r.sock?db=15", "/r.sock; user=user; password=pa@ss; db=15"},
    {"unix://:pass@/run/r.sock", "/run/r.sock; password=pass"},
};

static check_pair several[] = {
    {"redis+sentinel://a/m", "sentinel a:26379; service=m"},
    {"redis+sentinel://a,b:1,[::1]:2/my%20master", "sentinel a:26379 b:1 ::1:2; service=my master"},
    {"redis+sentinel://u:p@a:7,b/m/3", "sentinel a:7 b:26379; user=u; password=p; db=3; service=m"},
    {"redis+sentinel://a/m/0", "sentinel a:26379; service=m"},
    {"redis+sentinel://:p%2C@a/m?sentinel_password=s%26t",
     "sentinel a:26379; password=p,; service=m; sentinel_password=s&t"},
    {"redis+sentinel://u:p@a/m/1?sentinel_password=",
     "sentinel a:26379; user=u; password=p; db=1; service=m"},
    {"redis+sentinel://1,2,3,4,5,6,7,8,9/m",
     "sentinel 1:26379 2:26379 3:26379 4:26379 5:26379 6:26379 7:26379 8:26379 9:26379; "
     "service=m"},
    {"redis+cluster://u:p@a:1,b,[fe80::1]:3", "cluster a:1 b:6379 fe80::1:3; user=u; password=p"},
    {"redis+cluster://a,b/", "cluster a:6379 b:6379"},
    {"redis+cluster://a/0", "cluster a:6379"},
};

static const char *const invalid[] = {
    "redis redis: redis:/ redis:// redis:///0 redis://:6379 redis://@ redis://:p@",
    "http://a tcp://a rediss://a REDIS://a redis-socket:///x a:6379 /run/redis.sock sentinel://a/m",
    "redis://a: redis://a:0 redis://a:65536 redis://a:-1 redis://a:+1 redis://a:99999999999",
    "redis://a:6379x redis://a:6379/x redis://a/-1 redis://a/1/2 redis://a/0x1 redis://a/123456",
    "redis://a?db=1 redis://a/0?timeout=5 redis://a/1?x redis://a#b redis://a/1#b",
    "redis://[::1 redis://[] redis://[::1]x redis://[::1]: redis://::1 redis://user@host",
    "redis://u:%4@a redis://u:%zz@a redis://u:%00@a redis://u%:p@a redis://u:p%@a redis://a%00b",
    "unix:// unix:/run/redis.sock unix://run/redis.sock unix://?db=1 unix:///x? unix:///x?db",
    "unix:///x?db= unix:///x?db=a unix:///x?db=-1 unix:///x?db=1&y=2 unix:///x?DB=1",
    "unix:///x?database=1 unix:///% unix:///%2 unix:///a%00b unix://user@/x unix://u:p@",
    "unix://u:p@x redis+sentinels://a/m redis+sentinel:// redis+sentinel://a redis+sentinel://a/",
    "redis+sentinel:///m redis+sentinel://a,/m redis+sentinel://,a/m redis+sentinel://a,,b/m",
    "redis+sentinel://a:0/m redis+sentinel://user@a/m redis+sentinel://a/m/x redis+sentinel://a/m/",
    "redis+sentinel://a/m/1/2 redis+sentinel://a/m/123456 redis+sentinel://a/m?db=1",
    "redis+sentinel://a/m?sentinel_password redis+sentinel://a/m?sentinel_pasword=x",
    "redis+sentinel://a/m?sentinel_password=x&timeout=1 redis+sentinel://a/m?sentinel_password=%",
    "redis+sentinel://a/m#x redis+sentinel://a/%00 redis+sentinel://1,2,3,4,5,6,7,8,9,10/m",
    "redis+cluster:// redis+cluster://a, redis+cluster://a,b/1 redis+cluster://a/00",
    "redis+cluster://a/0/ redis+cluster://a?x redis+cluster://a:1:2 redis+cluster://a?timeout=5",
};

static void check_refused(const char *url)
{
	struct redis_url u;
	const char *fault = NULL;

	CHECK_ROW(!redis_url_parse(url, &u, &fault) && fault != NULL && *fault != '\0', url);
}

TEST(invalid)
{
	static const char *const with_spaces[] = {"", " redis://a", "redis://a:63 79",
						  "unix:///x?db=1 "};
	struct redis_url u;
	const char *fault;

	EACH(list, invalid)
		EACH_WORD(url, *list)
			check_refused(url);
	EACH(url, with_spaces)
		check_refused(*url);
	/* Whoever asks for TLS is told what to do instead. */
	CHECK(!redis_url_parse("rediss://u:p@host:6380/0", &u, &fault));
	CHECK(strstr(fault, "TLS") != NULL && strstr(fault, "stunnel") != NULL);
}

/* A part that is too long is an error. It is not cut. The fault goes to the log, so it must not
 * contain the value, which may be a password. */
TEST(longest)
{
	struct redis_url u;
	const struct {
		const char *before, *after;
		size_t most;
	} rows[] = {
	    {"unix:///", "", 106},
	    {"redis://", "", sizeof u.servers[0].host - 1},
	    {"redis://[", "]", sizeof u.servers[0].host - 1},
	    {"redis://", ":p@host", sizeof u.user - 1},
	    {"redis://u:", "@host", sizeof u.password - 1},
	};
	char part[600], url[700];
	const char *fault;

	EACH(row, rows)
		for (size_t more = 0; more <= 2; more++) {
			memset(part, 'a', sizeof part);
			part[row->most + more] = '\0';
			snprintf(url, sizeof url, "%s%s%s", row->before, part, row->after);
			CHECK_ROW(redis_url_parse(url, &u, &fault) == (more == 0), url);
			CHECK_ROW(more == 0 || strstr(fault, "aaa") == NULL, url);
		}
}

TEST(rows)
{
	CHECK_PAIRS(single, render);
	CHECK_PAIRS(several, render);
}
