#include "false_system.h"

#include "fuzz.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FD = 100, EPOLL = 99, CLIENTS_MAX = 16 };

extern char **environ;

/* What the worker waits for: once, except for the listener. */
static struct epoll_event awaited[CLIENTS_MAX];
static bool listening;

static struct client *client;
static unsigned clients, accepted;
static size_t piece; /* bytes for each read; 0: all */
static bool bad_config;
static bool playing;  /* the functions below replace those of the system */
static bool resident; /* fd 0 is a listening socket */

/* Every second call is interrupted if the piece is odd. */
static bool interrupted(void)
{
	static bool now;

	now = !now && piece % 2 == 1;
	if (now)
		errno = EINTR;
	return now;
}

/* Now and then a socket has nothing yet, or takes nothing more for the moment. */
static bool comes_later(size_t pieces)
{
	static unsigned turn;

	if (!resident || piece % 8 != pieces || ++turn % 2 == 0)
		return false;
	errno = EAGAIN;
	return true;
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
	if (comes_later(6))
		return -1;
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
	if (interrupted() || comes_later(4))
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
	awaited[fd - FD].events = 0;
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

	CLAIM(fd == 0 && a == NULL && len == NULL && flags == (SOCK_CLOEXEC | SOCK_NONBLOCK));
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
	CLAIM(set == EPOLL);
	if (fd == 0) {
		CLAIM(listening == (what == EPOLL_CTL_DEL));
		listening = !listening;
		return 0;
	}
	client_of(fd);
	CLAIM(what != EPOLL_CTL_DEL && (event->events & EPOLLONESHOT));
	awaited[fd - FD] = *event;
	return 0;
}

int __wrap_epoll_pwait(int set, struct epoll_event *event, int count, int ms, const sigset_t *mask);
int __wrap_epoll_pwait(int set, struct epoll_event *event, int count, int ms, const sigset_t *mask)
{
	int n = 0;

	CLAIM(set == EPOLL && count > 0 && ms >= 0 && mask != NULL);
	if (accepted < clients && listening)
		event[n++] = (struct epoll_event){.events = EPOLLIN};
	for (unsigned i = 0; i < accepted && n < count; i++)
		if (client[i].open && awaited[i].events != 0) {
			event[n++] = awaited[i];
			awaited[i].events = 0;
		}
	errno = EBADF; /* this ends the worker */
	return n > 0 ? n : -1;
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

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
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
	forget(at, NULL);
	__real_free(at);
}

void system_set(size_t piece_bytes, bool has_bad_config)
{
	piece = piece_bytes;
	bad_config = has_bad_config;
}

/* `variables` are the request of a CGI program, or NULL. The settings stand in front of them. */
static int play(const struct endpoint *e, struct client *from, unsigned count, char **variables)
{
	static char workers[] = "SSA_WORKERS=1" /* more would be child processes */,
		    bad_url[] = "REDIS_URL=http://bad";
	static char *all[SYSTEM_VARIABLES_MAX + 3];
	char **before = environ;
	size_t n = 0;

	all[n++] = workers;
	if (bad_config)
		all[n++] = bad_url;
	while (variables != NULL && *variables != NULL)
		all[n++] = *variables++;
	all[n] = NULL;
	client = from;
	clients = count;
	accepted = 0;
	listening = false;
	CLAIM(count <= CLIENTS_MAX);
	playing = true;
	environ = all;
	int status = endpoint_main(e, 0, NULL);
	environ = before;
	playing = false;
	return status;
}

void system_play_worker(const struct endpoint *e, struct client *from, unsigned count)
{
	resident = true;
	CLAIM(play(e, from, count, NULL) == 0 && accepted == count);
	for (unsigned i = 0; i < count; i++)
		CLAIM(!from[i].open);
}

void system_play_cgi(const struct endpoint *e, struct client *from, char **variables)
{
	resident = false;
	int status = play(e, from, 1, variables);
	for (int i = 0; i < BLOCKS; i++) {
		free(block[i]);
		block[i] = NULL;
	}
	CLAIM(status == 0);
}
