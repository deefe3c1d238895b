/* stream: a connected stream socket on which every wait has a time limit. */
#ifndef SSA_STREAM_H
#define SSA_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Connects within `ms` milliseconds, and limits each later write to the same time. Returns the
 * socket, which the caller closes. -1: *why is the reason, in static storage, and *late says
 * whether it was the time limit. The look-up of a host name does not count: if the resolver hangs,
 * only the request's own deadline ends it. A numeric address needs no look-up. */
int stream_connect_unix(const char *path, long long ms, const char **why, bool *late);
int stream_connect_tcp(const char *host, const char *port, long long ms, const char **why,
		       bool *late);

/* Whether two names or addresses lead to the same host. It looks names up. */
bool stream_same_host(const char *one, const char *other);

/* From now on a read waits at most `ms` milliseconds. */
void stream_limit_reads(int fd, long long ms);

/* Writes all bytes; never raises SIGPIPE. false: *why is the reason. */
bool stream_write(int fd, const char *bytes, size_t len, const char **why);

/* Reads the bytes that are there, or waits for some. 0: the other side has closed; -1: failure. In
 * both cases *why is the reason, and *late says whether it was the time limit. */
ssize_t stream_read(int fd, char *bytes, size_t size, const char **why, bool *late);

#endif
