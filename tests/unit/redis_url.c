/* redis_url: valid and invalid addresses. */
#include "redis/redis_url.h"
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *url, *host, *port, *user, *password, *db;
} valid[] = {
    {"redis://127.0.0.1:6379/0", "127.0.0.1", "6379", "", "", ""},
    {"redis://localhost", "localhost", "6379", "", "", ""},
    {"redis://localhost/", "localhost", "6379", "", "", ""},
    {"redis://localhost/5", "localhost", "6379", "", "", "5"},
    {"redis://localhost:1", "localhost", "1", "", "", ""},
    {"redis://localhost:65535/15", "localhost", "65535", "", "", "15"},
    {"redis://[::1]", "::1", "6379", "", "", ""},
    {"redis://[::1]:7000/2", "::1", "7000", "", "", "2"},
    {"redis://[fe80::1]:7000", "fe80::1", "7000", "", "", ""},
    {"redis://:secret@host", "host", "6379", "", "secret", ""},
    {"redis://user:secret@host:7/3", "host", "7", "user", "secret", "3"},
    {"redis://user:@host", "host", "6379", "user", "", ""},
    {"redis://u%40x:p%3a%2F%40@host", "host", "6379", "u@x", "p:/@", ""},
    {"redis://u:a@b@host", "host", "6379", "u", "a@b", ""},
    {"redis://u:a:b@host", "host", "6379", "u", "a:b", ""},
    {"redis://u:%25@host", "host", "6379", "u", "%", ""},
    {"redis://u:p@[::1]:9", "::1", "9", "u", "p", ""},
    {"unix:///run/redis.sock", "/run/redis.sock", "", "", "", ""},
    {"unix:///run/redis.sock?db=3", "/run/redis.sock", "", "", "", "3"},
    {"unix:///a%20b%3Fc", "/a b?c", "", "", "", ""},
    {"unix://user:pa%40ss@/run/r.sock?db=15", "/run/r.sock", "", "user", "pa@ss", "15"},
    {"unix://:pass@/run/r.sock", "/run/r.sock", "", "", "pass", ""},
    {"unix:///run/with@sign", "/run/with@sign", "", "", "", ""},
};

/* Several servers, written as host:port with spaces between. */
static const struct {
	const char *url;
	enum redis_kind kind;
	const char *servers, *user, *password, *db, *service, *sentinel_password;
} lists[] = {
    {"redis+sentinel://a/m", REDIS_SENTINEL, "a:26379", "", "", "", "m", ""},
    {"redis+sentinel://a,b:1,[::1]:2/my%20master", REDIS_SENTINEL, "a:26379 b:1 ::1:2", "", "", "",
     "my master", ""},
    {"redis+sentinel://u:p@a:7,b/m/3", REDIS_SENTINEL, "a:7 b:26379", "u", "p", "3", "m", ""},
    {"redis+sentinel://a/m/0", REDIS_SENTINEL, "a:26379", "", "", "", "m", ""},
    {"redis+sentinel://:p%2C@a/m?sentinel_password=s%26t", REDIS_SENTINEL, "a:26379", "", "p,", "",
     "m", "s&t"},
    {"redis+sentinel://u:p@a/m/1?sentinel_password=", REDIS_SENTINEL, "a:26379", "u", "p", "1", "m",
     ""},
    {"redis+sentinel://1,2,3,4,5,6,7,8,9/m", REDIS_SENTINEL,
     "1:26379 2:26379 3:26379 4:26379 5:26379 6:26379 7:26379 8:26379 9:26379", "", "", "", "m",
     ""},
    {"redis+cluster://a", REDIS_CLUSTER, "a:6379", "", "", "", "", ""},
    {"redis+cluster://u:p@a:1,b,[fe80::1]:3", REDIS_CLUSTER, "a:1 b:6379 fe80::1:3", "u", "p", "",
     "", ""},
    {"redis+cluster://a,b/", REDIS_CLUSTER, "a:6379 b:6379", "", "", "", "", ""},
    {"redis+cluster://a/0", REDIS_CLUSTER, "a:6379", "", "", "", "", ""},
};

static const char *const invalid[] = {
    "redis+sentinel://",
    "redis+sentinel://a",
    "redis+sentinel://a/",
    "redis+sentinel:///m",
    "redis+sentinel://a,/m",
    "redis+sentinel://,a/m",
    "redis+sentinel://a,,b/m",
    "redis+sentinel://a:0/m",
    "redis+sentinel://user@a/m",
    "redis+sentinel://a/m/x",
    "redis+sentinel://a/m/",
    "redis+sentinel://a/m/1/2",
    "redis+sentinel://a/m/123456",
    "redis+sentinel://a/m?db=1",
    "redis+sentinel://a/m?sentinel_password",
    "redis+sentinel://a/m?sentinel_password=x&timeout=1",
    "redis+sentinel://a/m?sentinel_pasword=x",
    "redis://a?db=2",
    "redis://a/0?timeout=5",
    "redis+cluster://a?timeout=5",
    "unix:///a?db=1&timeout=5",
    "unix:///a?database=1",
    "redis+sentinel://a/m?sentinel_password=%",
    "redis+sentinel://a/m#x",
    "redis+sentinel://a/%00",
    "redis+sentinel://1,2,3,4,5,6,7,8,9,10/m",
    "redis+cluster://",
    "redis+cluster://a,",
    "redis+cluster://a,b/1",
    "redis+cluster://a/00",
    "redis+cluster://a/0/",
    "redis+cluster://a?x",
    "redis+cluster://a:1:2",
    "redis+sentinels://a/m",
    "sentinel://a/m",
    "",
    "redis",
    "redis:",
    "redis:/",
    "redis://",
    "redis:///0",
    "redis://:6379",
    "redis://@",
    "redis://:p@",
    "http://localhost",
    "rediss://localhost",
    "REDIS://localhost",
    "redis-socket:///x",
    "localhost:6379",
    "/run/redis.sock",
    " redis://localhost",
    "tcp://localhost",
    "redis://localhost:",
    "redis://localhost:0",
    "redis://localhost:65536",
    "redis://localhost:-1",
    "redis://localhost:+1",
    "redis://localhost:6379x",
    "redis://localhost:63 79",
    "redis://localhost:99999999999",
    "redis://localhost:6379/x",
    "redis://localhost/-1",
    "redis://localhost/1/2",
    "redis://localhost/0x1",
    "redis://localhost/123456",
    "redis://localhost?db=1",
    "redis://localhost/1?x",
    "redis://localhost#a",
    "redis://localhost/1#a",
    "redis://[::1",
    "redis://[]",
    "redis://[::1]x",
    "redis://[::1]:",
    "redis://::1",
    "redis://user@host",
    "redis://u:%4@host",
    "redis://u:%zz@host",
    "redis://u:%00@host",
    "redis://u%:p@host",
    "redis://u:p%@host",
    "redis://ho%00st",
    "unix://",
    "unix:/run/redis.sock",
    "unix://run/redis.sock",
    "unix://?db=1",
    "unix:///x?",
    "unix:///x?db",
    "unix:///x?db=",
    "unix:///x?db=a",
    "unix:///x?db=-1",
    "unix:///x?db=1&y=2",
    "unix:///x?DB=1",
    "unix:///x?db=1 ",
    "unix:///%",
    "unix:///%2",
    "unix:///a%00b",
    "unix://user@/x",
    "unix://u:p@",
    "unix://u:p@x",
};

int main(void)
{
	struct redis_url u;
	const char *fault;

	for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
		const char *url = valid[i].url;
		memset(&u, 0xff, sizeof u);
		CHECK_ROW(redis_url_parse(url, &u, &fault), url);
		CHECK_ROW(u.kind == REDIS_SINGLE && u.count == 1, url);
		CHECK_ROW(strcmp(u.servers[0].host, valid[i].host) == 0, url);
		CHECK_ROW(strcmp(u.servers[0].port, valid[i].port) == 0, url);
		CHECK_ROW(strcmp(u.user, valid[i].user) == 0, url);
		CHECK_ROW(strcmp(u.password, valid[i].password) == 0, url);
		CHECK_ROW(strcmp(u.db, valid[i].db) == 0, url);
	}
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		const char *url = lists[i].url;
		char servers[400] = "";
		memset(&u, 0xff, sizeof u);
		CHECK_ROW(redis_url_parse(url, &u, &fault), url);
		for (unsigned k = 0; k < u.count && k < REDIS_SERVERS_MAX; k++) {
			size_t at = strlen(servers);
			snprintf(servers + at, sizeof servers - at, "%s%s:%s", k ? " " : "",
				 u.servers[k].host, u.servers[k].port);
		}
		CHECK_ROW(u.kind == lists[i].kind && strcmp(servers, lists[i].servers) == 0, url);
		CHECK_ROW(strcmp(u.user, lists[i].user) == 0, url);
		CHECK_ROW(strcmp(u.password, lists[i].password) == 0, url);
		CHECK_ROW(strcmp(u.db, lists[i].db) == 0, url);
		CHECK_ROW(strcmp(u.service, lists[i].service) == 0, url);
		CHECK_ROW(strcmp(u.sentinel_password, lists[i].sentinel_password) == 0, url);
	}
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		fault = NULL;
		CHECK_ROW(!redis_url_parse(invalid[i], &u, &fault), invalid[i]);
		CHECK_ROW(fault != NULL && *fault != '\0', invalid[i]);
	}

	/* Whoever asks for TLS is told what to do instead. */
	CHECK(!redis_url_parse("rediss://u:p@host:6380/0", &u, &fault));
	CHECK(strstr(fault, "TLS") != NULL && strstr(fault, "stunnel") != NULL);

	/* A part that is too long is an error. It is not cut. */
	static const struct {
		const char *before, *after;
		size_t most;
	} longest[] = {
	    {"unix:///", "", 106},
	    {"redis://", "", sizeof u.servers[0].host - 1},
	    {"redis://[", "]", sizeof u.servers[0].host - 1},
	    {"redis://", ":p@host", sizeof u.user - 1},
	    {"redis://u:", "@host", sizeof u.password - 1},
	    {"redis://u:", "@[::1]", sizeof u.password - 1},
	};
	for (size_t i = 0; i < sizeof longest / sizeof longest[0]; i++)
		for (size_t more = 0; more <= 2; more++) {
			char url[1024];
			size_t len = strlen(longest[i].before);
			memcpy(url, longest[i].before, len);
			memset(url + len, 'a', longest[i].most + more);
			strcpy(url + len + longest[i].most + more, longest[i].after);
			CHECK_ROW(redis_url_parse(url, &u, &fault) == (more == 0), url);
			/* The fault goes to the log, so it must not contain the value, which may
			 * be a password. */
			CHECK_ROW(more == 0 || strstr(fault, "aaa") == NULL, url);
		}
	return check_done();
}
