/* The replies of Redis and its sentinels: redis.c, link.c, sentinel.c, nodes.c and replication.c,
 * and session.c and regulation.c, which read them. The input acts as the socket. First come a few
 * bytes that say what the connection does (see `step`), then a zero byte, then the bytes that Redis
 * sends. */
#include "fuzz.h"

#include "../../libcommon/redis/link.c"
#include "../../libcommon/redis/master.c"
#include "../../libcommon/redis/redis.c" /* it claims what is true of its members */

#include "core/config.h"
#include "store/readiness.h"
#include "store/regulation.h"
#include "store/session.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>

static struct bytes steps, wire;
static int open_sockets, sockets;
static struct text written; /* the bytes that the open connection got */
static bool no_random;
static bool many; /* several connections, which all read the same wire */

/* What the connection does next. 0 to 63: it works, and transfers this many bytes (0: all). */
enum { INTERRUPTED = 64, TIMED_OUT, RESET, CLOSED, REFUSED };
static uint8_t step(void)
{
	return fuzz_byte(&steps);
}

static int with_errno(int error)
{
	errno = error;
	return -1;
}

int __wrap_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol)
{
	(void)domain, (void)protocol;
	CLAIM(type & SOCK_CLOEXEC);
	CLAIM(many || open_sockets == 0); /* the old connection was closed before */
	if (step() == REFUSED)
		return with_errno(EMFILE);
	open_sockets++;
	sockets++;
	text_clear(&written, 65536);
	return 1000 + sockets;
}

static bool is_open(int fd)
{
	return many ? fd > 1000 && fd <= 1000 + sockets && open_sockets > 0
		    : fd == 1000 + sockets && open_sockets == 1;
}

int __wrap_connect(int fd, const struct sockaddr *a, socklen_t len);
int __wrap_connect(int fd, const struct sockaddr *a, socklen_t len)
{
	(void)a, (void)len;
	CLAIM(fd == 1000 + sockets);
	switch (step()) {
	case INTERRUPTED:
		return with_errno(EINTR);
	case TIMED_OUT:
		return with_errno(EAGAIN);
	case REFUSED:
		return with_errno(ECONNREFUSED);
	default:
		return 0;
	}
}

int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t len);
int __wrap_setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	const struct timeval *limit = value;

	(void)level, (void)option;
	CLAIM(is_open(fd));
	if (len == sizeof *limit) /* zero would mean to wait for ever */
		CLAIM(limit->tv_sec == 0 && limit->tv_usec > 0 &&
		      limit->tv_usec <= REDIS_ANSWER_MS * 1000);
	return 0;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	if (fd < 1000)
		return __real_close(fd);
	CLAIM(is_open(fd));
	open_sockets--;
	return 0;
}

ssize_t __wrap_send(int fd, const void *at, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *at, size_t len, int flags)
{
	CLAIM(is_open(fd) && (flags & MSG_NOSIGNAL) && len > 0);
	uint8_t now = step();
	switch (now) {
	case INTERRUPTED:
		return with_errno(EINTR);
	case TIMED_OUT:
		return with_errno(EAGAIN);
	case RESET:
		return with_errno(EPIPE);
	default:
		break;
	}
	if (now > 0 && now < 64 && len > now)
		len = now;
	text_add(&written, at, len);
	return (ssize_t)len;
}

ssize_t __wrap_recv(int fd, void *to, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t len, int flags)
{
	(void)flags;
	CLAIM(is_open(fd) && len > 0);
	uint8_t now = step();
	switch (now) {
	case INTERRUPTED:
		return with_errno(EINTR);
	case TIMED_OUT:
		return with_errno(EAGAIN);
	case RESET:
		return with_errno(ECONNRESET);
	case CLOSED:
		return 0;
	default:
		break;
	}
	if (wire.left == 0)
		return with_errno(EAGAIN);
	if (len > wire.left)
		len = wire.left;
	if (now > 0 && now < 64 && len > now)
		len = now;
	memcpy(to, wire.at, len);
	wire.at += len;
	wire.left -= len;
	return (ssize_t)len;
}

ssize_t __wrap_getrandom(void *to, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *to, size_t len, unsigned flags)
{
	(void)flags;
	if (no_random)
		return with_errno(ENOSYS);
	memset(to, 0x5A, len);
	return (ssize_t)len;
}

/* What must be true whenever a module has finished. */
static void check(const struct redis *r, enum result result)
{
	const struct link *l = r->master != NULL ? r->master->link : NULL;

	if (!many)
		CLAIM((l->fd >= 0) == (open_sockets == 1) && (l->fd >= 0) == (l->reader != NULL));
	CLAIM(result == RESULT_OK || result == RESULT_UNAUTHENTICATED ||
	      result == RESULT_UNAVAILABLE || result == RESULT_TOO_MANY ||
	      result == RESULT_INTERNAL);
	CLAIM(memchr(r->error, 0, sizeof r->error) != NULL);
	for (const char *c = r->error; *c; c++)
		CLAIM(*c >= 0x20 && *c < 0x7F);
	/* No command is left in the queue that the next request would send. */
	CLAIM(!r->open && r->queued == 0);
	if (!many)
		CLAIM(l->pending == 0);
	if (!many && l->fd >= 0 && result == RESULT_OK)
		CLAIM(l->greetings == 0);
}

static void check_session(const struct session *s)
{
	CLAIM(fuzz_is_text(s->username, strlen(s->username)));
	CLAIM(strlen(s->fingerprint) == CRYPTO_DIGEST_LEN);
	CLAIM(s->expires_at < 1LL << 60 && s->renewable_until < 1LL << 60);
}

static const char ticket[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
static const struct config config = {
    .ticket_ttl_s = 7200,
    .ticket_max_s = 43200,
    .tickets_per_user = 2,
    .user_addr = {10, 600},
    .user = {100, 3600},
    .addr = {0, 0},
};

static enum result find(struct redis *r, struct session *s)
{
	session_ask(r, ticket, s);
	redis_run(r);
	if (s->found == RESULT_OK)
		check_session(s);
	return s->found;
}

/* The commands of a login before the password is checked. */
static enum result consult(struct redis *r, struct regulation *g, bool count, long long *now,
			   struct session *s)
{
	if (!regulation_begin(g, &config, "user1", "192.0.2.1"))
		return RESULT_INTERNAL;
	*now = -1;
	readiness_ask_write(r, "tag");
	redis_ask_time(r, now);
	regulation_ask(g, r, count);
	session_ask(r, ticket, s);
	if (!redis_run(r))
		return RESULT_UNAVAILABLE;
	CLAIM(*now > 0 && *now < 1LL << 61 && s->found != RESULT_UNAVAILABLE);
	return regulation_broken(g) != NULL ? RESULT_TOO_MANY : RESULT_OK;
}

static enum result log_in(struct redis *r)
{
	struct regulation g;
	struct session old, made = {.username = "user1"};
	char new_ticket[SESSION_TICKET_LEN + 1];
	long long now;
	enum result result = consult(r, &g, wire.left % 2 == 0, &now, &old);

	if (result == RESULT_TOO_MANY)
		return regulation_refuse(&g, r) > 0 ? result : RESULT_UNAVAILABLE;
	if (result != RESULT_OK)
		return result;
	regulation_succeed(&g, r);
	result = session_create(r, &config, now, "secret", &made, new_ticket);
	if (!no_random)
		CLAIM(session_is_ticket(new_ticket) && session_fits(&made, new_ticket, "secret") &&
		      !session_fits(&made, new_ticket, "Secret"));
	return result;
}

static enum result renew(struct redis *r)
{
	struct session old, made;
	char new_ticket[SESSION_TICKET_LEN + 1];
	enum result result = find(r, &old);

	if (result != RESULT_OK)
		return result;
	result = session_renew(r, &config, 2000000000000000, "secret", &old, &made, new_ticket);
	if (result == RESULT_OK)
		CLAIM(made.expires_at > 2000000000 && made.expires_at <= 2000007200 &&
		      made.expires_at <= old.renewable_until &&
		      made.renewable_until == old.renewable_until &&
		      strcmp(made.username, old.username) == 0);
	return result;
}

static enum result leave(struct redis *r, bool all)
{
	struct session s;
	enum result result = find(r, &s);

	if (result != RESULT_OK)
		return result;
	return all ? session_end_all(r, &s) : session_end(r, &s);
}

/* Every way to read a reply. */
static bool take_any(void *into, const struct redisReply *reply)
{
	const char *text = NULL;
	size_t len = 0, sum = 0;
	long long number = 0;

	CLAIM(reply->type != REDIS_REPLY_ERROR);
	if (resp_text(reply, &text, &len))
		for (size_t n = 0; n <= len; n++)
			sum += (unsigned char)text[n];
	resp_number(reply, &number);
	CLAIM(resp_count(reply) <= RESP_ARRAY_MAX);
	for (size_t n = 0; n < resp_count(reply); n++)
		if (resp_text(resp_element(reply, n), &text, &len))
			sum += len;
	CLAIM(sum < 1 << 30);
	++*(int *)into;
	return true;
}

static enum result look(struct redis *r)
{
	struct redisReply *kept = NULL;
	struct readiness ready;
	long long number;
	int taken = 0;

	redis_ask(r, take_any, &taken, "PING", "", NULL);
	redis_guard(r, "tag");
	redis_ask(r, redis_keep, &kept, "GET", "two words\r\n", NULL);
	redis_ask(r, redis_take_number, &number, "TTL", "key", NULL);
	bool sent = redis_send(r);
	CLAIM(!sent || many ||
	      memmem(written.at, written.len, "\r\n$11\r\ntwo words\r\n\r\n", 20) != NULL);
	bool done = redis_finish(r);
	CLAIM(!done || (sent && taken == 1 && kept != NULL));
	if (kept != NULL)
		take_any(&taken, kept);
	resp_free(kept);
	CLAIM(redis_run(r)); /* nothing */
	readiness_ask(r, &ready);
	done = redis_run(r);
	CLAIM(ready.answered <= ready.asked && (!done || ready.answered == ready.asked));
	return readiness_passed(&ready) ? RESULT_OK : RESULT_UNAVAILABLE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned replicas = 0;
	const char *kind = "redis", *fault;
	char url[256];
	struct session s;
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;

	if (size < 3)
		return 0;
	size_t head = end ? (size_t)(end - data) : size;
	steps = (struct bytes){data, head};
	wire = (struct bytes){data + head + (end != NULL), size - head - (end != NULL)};
	uint8_t first = fuzz_byte(&steps);
	no_random = first & 64;
	many = false;
	open_sockets = sockets = 0;
	const char *server = first & 4 ? "[::1]" : "127.0.0.1:6379", *more = "", *db = "";
	if (first & 8) { /* a store with replicas */
		uint8_t second = fuzz_byte(&steps);
		replicas = second & 1 ? CONFIG_WAIT_UNSET : second >> 7;
		many = second & (2 | 4);
		kind = second & 2 ? "redis+sentinel" : second & 4 ? "redis+cluster" : kind;
		more = second & 2 ? &",127.0.0.1,127.0.0.1/mymaster"[second % 3 * 10] : "";
	}
	const char *user = first & 16 ? (first & 32 ? "me:pass word@" : ":pass word@") : "";
	if ((first & 16) && strcmp(kind, "redis+cluster") != 0)
		db = "/3";
	if (first & 128 || many)
		snprintf(url, sizeof url, "%s://%s%s%s%s", kind, user, server, more, db);
	else
		snprintf(url, sizeof url, "unix://%s/nowhere%s", user, *db ? "?db=3" : "");

	struct redis *r = redis_new(url, replicas, &fault);
	CLAIM(r != NULL);
	/* Several requests of one worker, because one request may leave something behind
	 * for the next. */
	for (int i = 0; i < 3; i++) {
		enum result result;
		switch ((first + i) % 6) {
		case 0:
			result = find(r, &s);
			break;
		case 1:
			result = log_in(r);
			break;
		case 2:
			result = renew(r);
			break;
		case 3:
			result = leave(r, false);
			break;
		case 4:
			result = leave(r, true);
			break;
		default:
			result = look(r);
			break;
		}
		if (!many && result == RESULT_UNAVAILABLE && r->master->link->fd < 0)
			CLAIM(r->error[0] != '\0');
		check(r, result);
	}
	redis_free(r);
	CLAIM(open_sockets == 0);
	text_free(&written);
	return 0;
}
