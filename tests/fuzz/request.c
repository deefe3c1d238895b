/* How requests are read and replies are written: scgi.c, cgi.c, request.c and the checks of
 * endpoint.c, from endpoint_main on, as in a program. The input is a byte that says how it is cut
 * into pieces, then what SCGI clients send. Each client has a connection of its own, and MARK
 * separates them. A worker handles up to four of them concurrently. If a request is well-formed, it
 * is sent again as the environment and stdin of a CGI program. Both must give the same reply. */
#include "fuzz.h"

#include "auth/service.h"
#include "core/request.h"
#include "http/endpoint.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define MARK "\n--\n"
enum { CLIENTS = 6, FD = 100, EPOLL = 99, ANSWER_MAX = 4096, VARIABLES_MAX = 1700 };

extern char **environ;

static struct client {
	const char *at; /* the bytes that it sends */
	size_t len, read;
	char answer[ANSWER_MAX];
	size_t answered;
	bool open;
} client[CLIENTS];

static unsigned clients, accepted;
static size_t piece;  /* bytes for each read; 0: all */
static bool playing;  /* the functions below replace those of the system */
static bool resident; /* fd 0 is a listening socket */
static bool bad_config;

/* Every second call is interrupted if the piece is odd. */
static bool interrupted(void)
{
	static bool now;

	now = !now && piece % 2 == 1;
	if (now)
		errno = EINTR;
	return now;
}

static struct client *client_of(int fd)
{
	CLAIM(fd >= FD && fd < FD + (int)clients && client[fd - FD].open);
	return &client[fd - FD];
}

static ssize_t read_from(struct client *c, void *to, size_t len)
{
	CLAIM(len > 0);
	if (interrupted())
		return -1;
	if (len > c->len - c->read)
		len = c->len - c->read;
	if (piece > 0 && len > piece)
		len = piece;
	if (len > 0)
		memcpy(to, c->at + c->read, len);
	c->read += len;
	return (ssize_t)len;
}

ssize_t __wrap_recv(int fd, void *to, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t len, int flags)
{
	(void)flags;
	return read_from(client_of(fd), to, len);
}

ssize_t __real_read(int fd, void *to, size_t len);
ssize_t __wrap_read(int fd, void *to, size_t len);
ssize_t __wrap_read(int fd, void *to, size_t len)
{
	return playing && fd == STDIN_FILENO ? read_from(&client[0], to, len)
					     : __real_read(fd, to, len);
}

/* Writes only a part at a time. */
ssize_t __wrap_writev(int fd, const struct iovec *part, int count);
ssize_t __wrap_writev(int fd, const struct iovec *part, int count)
{
	struct client *c = resident ? client_of(fd) : &client[0];
	size_t all = 0;

	CLAIM(resident || fd == STDOUT_FILENO);
	if (interrupted())
		return -1;
	for (int i = 0; i < count; i++) {
		size_t len = part[i].iov_len;
		if (piece > 0 && len > piece * 7)
			len = piece * 7;
		CLAIM(c->answered + len < ANSWER_MAX);
		memcpy(c->answer + c->answered, part[i].iov_base, len);
		c->answered += len;
		all += len;
		if (len < part[i].iov_len)
			break;
	}
	return (ssize_t)all;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	if (fd < EPOLL || !playing)
		return __real_close(fd);
	if (fd == EPOLL)
		return 0;
	client_of(fd)->open = false;
	return 0;
}

int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	CLAIM(fd == 0 && level == SOL_SOCKET && option == SO_ACCEPTCONN && *len == sizeof(int));
	memcpy(value, &(int){resident}, sizeof(int));
	return 0;
}

int __wrap_accept4(int fd, struct sockaddr *a, socklen_t *len, int flags);
int __wrap_accept4(int fd, struct sockaddr *a, socklen_t *len, int flags)
{
	static const int hitches[] = {EAGAIN, ECONNABORTED, EINTR};
	static unsigned turn;

	CLAIM(fd == 0 && a == NULL && len == NULL && (flags & SOCK_CLOEXEC));
	if (piece % 4 == 3 && ++turn % 3 == 0) {
		errno = hitches[turn / 3 % 3];
		return -1;
	}
	if (accepted == clients) {
		errno = EAGAIN;
		return -1;
	}
	client[accepted].open = true;
	return FD + (int)accepted++;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int ms);
int __wrap_poll(struct pollfd *fds, nfds_t count, int ms)
{
	/* The log polls stderr. The start of the program checks the three standard streams. */
	if (count == 1) {
		CLAIM(fds->fd == 2 && fds->events == POLLOUT && ms > 0);
		fds->revents = POLLOUT;
		return 1;
	}
	CLAIM(count == 3 && ms == 0);
	return 0;
}

int __wrap_epoll_create1(int flags);
int __wrap_epoll_create1(int flags)
{
	CLAIM(flags == EPOLL_CLOEXEC);
	return EPOLL;
}

int __wrap_epoll_ctl(int set, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int set, int what, int fd, struct epoll_event *event)
{
	(void)event;
	CLAIM(set == EPOLL && what == EPOLL_CTL_ADD && fd == 0);
	return 0;
}

int __wrap_epoll_pwait(int set, struct epoll_event *event, int count, int ms, const sigset_t *mask);
int __wrap_epoll_pwait(int set, struct epoll_event *event, int count, int ms, const sigset_t *mask)
{
	(void)event;
	CLAIM(set == EPOLL && count == 1 && ms > 0 && mask != NULL);
	if (accepted < clients)
		return 1;
	errno = EBADF; /* this ends the worker */
	return -1;
}

int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	(void)how, (void)set;
	CLAIM(old == NULL);
	return 0;
}

int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
	(void)command;
	CLAIM(fd == 0);
	return 0;
}

/* Only the fuzzer's own timer may run. */
int __real_setitimer(int which, const struct itimerval *timer, struct itimerval *old);
int __wrap_setitimer(int which, const struct itimerval *timer, struct itimerval *old);
int __wrap_setitimer(int which, const struct itimerval *timer, struct itimerval *old)
{
	return playing ? 0 : __real_setitimer(which, timer, old);
}

typedef void handler(int);
handler *__wrap_signal(int signal, handler *h);
handler *__wrap_signal(int signal, handler *h)
{
	(void)signal, (void)h;
	return NULL;
}

/* The fuzzer must be able to write its findings. */
void __wrap_sandbox_enter(void);
void __wrap_sandbox_enter(void)
{
}

char *__real_getenv(const char *name);
char *__wrap_getenv(const char *name);
char *__wrap_getenv(const char *name)
{
	static char bad[] = "http://bad", one[] = "1";

	if (!playing)
		return __real_getenv(name);
	if (strcmp(name, "SSA_WORKERS") == 0) /* more than one would be child processes */
		return one;
	return bad_config && strcmp(name, "REDIS_URL") == 0 ? bad : NULL;
}

/* A CGI program ends without freeing its memory. It is freed here instead. */
enum { BLOCKS = 64 };
static void *block[BLOCKS];
static void forget(const void *at, void *instead)
{
	for (int i = 0; playing && !resident && (at != NULL || instead != NULL); i++) {
		CLAIM(i < BLOCKS || at != NULL);
		if (i == BLOCKS)
			return;
		if (block[i] == at) {
			block[i] = instead;
			return;
		}
	}
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	void *at = __real_malloc(size);

	forget(NULL, at);
	return at;
}

/* A worker has one mapping for all requests in hand. It must be zero again after each use. */
enum { LARGE = 100000, LARGE_MAX = 1 << 20 };
static void *large;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	if (n * size > LARGE) {
		if (large == NULL)
			large = mmap(NULL, LARGE_MAX, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CLAIM(large != MAP_FAILED && n * size <= LARGE_MAX);
		return large;
	}
	void *at = __real_calloc(n, size);

	forget(NULL, at);
	return at;
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	forget(old, NULL);
	void *at = __real_realloc(old, size);
	forget(NULL, at);
	return at;
}

void __real_free(void *at);
void __wrap_free(void *at);
void __wrap_free(void *at)
{
	if (at != NULL && at == large) {
		madvise(large, LARGE_MAX, MADV_DONTNEED);
		return;
	}
	forget(at, NULL);
	__real_free(at);
}

/* Reads everything that a handler may read. */
static enum result handle(struct endpoint_context *c, const struct request *q, struct reply *rep)
{
	size_t n = strlen(q->method) + strlen(q->query) + strlen(q->remote_addr) +
		   strlen(q->ticket) + strlen(q->csrf_token);

	(void)c;
	CLAIM(q->body_bytes <= REQUEST_BODY_MAX_BYTES || q->body == NULL);
	for (size_t i = 0; q->body != NULL && i < q->body_bytes; i++)
		n += (unsigned char)q->body[i];
	text_string(&rep->body, "{\"data\":");
	text_number(&rep->body, (long long)n);
	text_string(&rep->body, request_has_parameter(q, "verbose") ? ",\"verbose\":1}" : "}");
	rep->retry_after_s = (unsigned)n % 3;
	return rep->result = request_has_parameter(q, "all") ? RESULT_NO_CONTENT : RESULT_OK;
}

static const struct endpoint e = {
    .name = "fuzz",
    .operations = {{.method = "POST", .body_max_bytes = REQUEST_BODY_MAX_BYTES, .handle = handle},
		   {.method = "GET", .handle = handle}},
};

/* The netstring of names and values, read by a second reader. */
struct scgi {
	const char *headers, *body;
	size_t len, body_len, announced;
	const char *method, *path_info;
};

static bool read_scgi(const struct client *c, struct scgi *s)
{
	size_t digits = 0, len = 0, strings = 0;

	*s = (struct scgi){.method = "", .path_info = ""};
	for (; digits < c->len && digits < 6 && c->at[digits] >= '0' && c->at[digits] <= '9';
	     digits++)
		len = len * 10 + (size_t)(c->at[digits] - '0');
	if (digits == c->len || c->at[digits] != ':' || len == 0 || len > 65536 ||
	    c->len - digits - 1 <= len || c->at[digits + 1 + len] != ',')
		return false;
	s->headers = c->at + digits + 1;
	s->len = len;
	s->body = s->headers + len + 1;
	s->body_len = (size_t)(c->at + c->len - s->body);
	for (size_t i = 0; i < len; i++)
		strings += s->headers[i] == '\0';
	if (s->headers[len - 1] != '\0' || strings % 2 != 0)
		return false;
	for (const char *at = s->headers; at < s->headers + len;) {
		const char *value = at + strlen(at) + 1;
		if (strcmp(at, "REQUEST_METHOD") == 0)
			s->method = value;
		if (strcmp(at, "PATH_INFO") == 0)
			s->path_info = value;
		at = value + strlen(value) + 1;
	}
	return true;
}

/* One whole reply: the form of the head, the true length, and the shape of errors. */
static void check_reply(const struct client *c, const struct scgi *s)
{
	const char *end = memmem(c->answer, c->answered, "\r\n\r\n", 4);
	bool odd, head = strcmp(s->method, "HEAD") == 0;

	CLAIM(end != NULL && strncmp(c->answer, "Status: ", 8) == 0);
	size_t head_len = (size_t)(end + 4 - c->answer), body_len = c->answered - head_len;
	int status = atoi(c->answer + 8);
	for (size_t i = 0; i < head_len; i++)
		CLAIM((c->answer[i] >= 0x20 && c->answer[i] < 0x7F) || c->answer[i] == '\r' ||
		      c->answer[i] == '\n');
	const char *length = memmem(c->answer, head_len, "\r\nContent-Length: ", 18);
	CLAIM((length == NULL) == (status == 204));
	if (head || length == NULL)
		CLAIM(body_len == 0);
	else
		CLAIM((size_t)atoi(length + 18) == body_len &&
		      fuzz_is_json(end + 4, body_len, 8, &odd));
	CLAIM(status != 405 || memmem(c->answer, head_len, "\r\nAllow: ", 9) != NULL);
	CLAIM(!bad_config || status == 500);
	CLAIM(bad_config || *s->path_info == '\0' || status == 404);
}

/* Sends the same request to a CGI program. */
static void play_as_cgi(const struct scgi *s)
{
	static char answer[ANSWER_MAX], text[8192];
	char *variable[VARIABLES_MAX], **environ_before = environ;
	size_t n = 0, answered = client[0].answered, used = 0;

	memcpy(answer, client[0].answer, answered);
	for (const char *at = s->headers; at < s->headers + s->len;) {
		const char *value = at + strlen(at) + 1;
		/* An environment has no empty names, and no name with =. */
		if (*at == '\0' || strchr(at, '=') != NULL || n == VARIABLES_MAX - 1)
			return;
		variable[n++] = text + used;
		used += (size_t)sprintf(text + used, "%s=%s", at, value) + 1;
		at = value + strlen(value) + 1;
	}
	variable[n] = NULL;
	client[0] = (struct client){.at = s->body, .len = s->body_len};
	resident = false;
	playing = true;
	environ = variable;
	int status = endpoint_main(&e);
	environ = environ_before;
	playing = false;
	for (int i = 0; i < BLOCKS; i++) {
		free(block[i]);
		block[i] = NULL;
	}
	CLAIM(status == 0 && client[0].answered == answered &&
	      memcmp(client[0].answer, answer, answered) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scgi s;
	unsigned answers = 0;

	if (size < 2 || size > 4000)
		return 0;
	piece = data[0] % 64;
	bad_config = data[0] & 64;
	/* A copy with a NUL at its end, for the strings of the reader above. */
	char *text = malloc(size), *at = text, *end = text + size - 1;
	CLAIM(text != NULL);
	memcpy(text, data + 1, size - 1);
	*end = '\0';
	for (clients = accepted = 0; clients < CLIENTS && at <= end; clients++) {
		char *mark = memmem(at, (size_t)(end - at), MARK, strlen(MARK));
		if (clients == CLIENTS - 1 || mark == NULL)
			mark = end;
		client[clients] = (struct client){.at = at, .len = (size_t)(mark - at)};
		at = mark + strlen(MARK);
	}
	fuzz_log_lines();

	resident = playing = true;
	CLAIM(endpoint_main(&e) == 0);
	playing = false;
	CLAIM(accepted == clients && fuzz_log_lines() <= clients + 1);
	for (unsigned i = 0; i < clients; i++) {
		CLAIM(!client[i].open);
		bool good = read_scgi(&client[i], &s);
		CLAIM(good ==
		      (client[i].answered > 0)); /* a request that is not SCGI gets no reply */
		if (good)
			check_reply(&client[i], &s);
		answers += good;
	}
	if (answers > 0 && read_scgi(&client[0], &s))
		play_as_cgi(&s);
	fuzz_log_lines();
	free(text);
	return 0;
}
