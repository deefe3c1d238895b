/* stream: a connected stream socket whose every wait ends. */
#ifndef SSA_STREAM_H
#define SSA_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Connects within `ms` milliseconds; writes are limited to as long. The socket, to be closed by the caller; -1: *why
 * is the reason, in static storage. Looking a host name up does not count: only the request's own deadline ends a
 * resolver that hangs. Numeric addresses ask none. */
int stream_connect_unix(const char *path, long long ms, const char **why);
int stream_connect_tcp(const char *host, const char *port, long long ms, const char **why);

/* From now on a read waits so long at most. */
void stream_limit_reads(int fd, long long ms);

/* Writes all of it; never raises SIGPIPE. false: *why. */
bool stream_write(int fd, const char *bytes, size_t len, const char **why);

/* Reads what is there, or waits for it. 0: the other side closed; -1: *why. In both cases *late says whether only the
 * time was over. */
ssize_t stream_read(int fd, char *bytes, size_t size, const char **why, bool *late);

#endif
