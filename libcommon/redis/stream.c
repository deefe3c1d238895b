#include "redis/stream.h"
#include "core/clock.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static bool is_late(void)
{
	return errno == EAGAIN || errno == EINPROGRESS || errno == ETIMEDOUT;
}

static const char *reason(void)
{
	return is_late() ? "no answer in time" : strerror(errno);
}

static void limit(int fd, int option, long long ms)
{
	struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit);
}

static int connect_to(const struct sockaddr *address, socklen_t len, long long ms, const char **why,
		      bool *late)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*late = false;
	if (fd < 0) {
		*why = reason();
		return -1;
	}
	/* This also limits connect(2), even on a Unix socket whose backlog is full. */
	limit(fd, SO_SNDTIMEO, ms);
	/* Called again after a signal, connect waits for the same connection. */
	while (connect(fd, address, len) != 0) {
		if (errno == EINTR)
			continue;
		*why = reason();
		*late = is_late();
		close(fd);
		return -1;
	}
	return fd;
}

int stream_connect_unix(const char *path, long long ms, const char **why, bool *late)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	*late = false;
	if (len >= sizeof address.sun_path) {
		*why = "the path is too long";
		return -1;
	}
	memcpy(address.sun_path, path, len);
	return connect_to((const struct sockaddr *)&address, sizeof address, ms, why, late);
}

/* The first call accepts only numeric addresses, and so reads no file. */
static struct addrinfo *look_up(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;

	if (getaddrinfo(host, port, &hints, &list) == 0)
		return list;
	hints.ai_flags = AI_NUMERICSERV;
	return getaddrinfo(host, port, &hints, &list) == 0 ? list : NULL;
}

int stream_connect_tcp(const char *host, const char *port, long long ms, const char **why,
		       bool *late)
{
	struct addrinfo *list = look_up(host, port);

	*late = false;
	if (list == NULL) {
		*why = "unknown host name";
		return -1;
	}
	long long end = clock_ms() + ms, left = ms;
	int fd = -1;
	for (struct addrinfo *a = list; a && fd < 0 && left > 0;
	     a = a->ai_next, left = end - clock_ms())
		fd = connect_to(a->ai_addr, a->ai_addrlen, left, why, late);
	freeaddrinfo(list);
	if (fd >= 0)
		limit(fd, SO_SNDTIMEO, ms);
	return fd;
}

bool stream_same_host(const char *one, const char *other)
{
	struct addrinfo *ones = look_up(one, "1"), *others = look_up(other, "1");
	bool same = false;

	for (struct addrinfo *a = ones; a != NULL; a = a->ai_next)
		for (struct addrinfo *b = others; b != NULL; b = b->ai_next)
			if (a->ai_addrlen == b->ai_addrlen &&
			    memcmp(a->ai_addr, b->ai_addr, a->ai_addrlen) == 0)
				same = true;
	if (ones != NULL)
		freeaddrinfo(ones);
	if (others != NULL)
		freeaddrinfo(others);
	return same;
}

void stream_limit_reads(int fd, long long ms)
{
	limit(fd, SO_RCVTIMEO, ms);
}

bool stream_write(int fd, const char *bytes, size_t len, const char **why)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*why = reason();
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

ssize_t stream_read(int fd, char *bytes, size_t size, const char **why, bool *late)
{
	ssize_t n;

	do
		n = recv(fd, bytes, size, 0);
	while (n < 0 && errno == EINTR);
	*late = n < 0 && is_late();
	if (n <= 0)
		*why = n == 0 ? "connection closed" : reason();
	return n;
}
