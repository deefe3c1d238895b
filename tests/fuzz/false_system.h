/* false_system: a system for a program that answers requests, without system calls. Its clients
 * are texts in memory. It has the calls of a worker and of a CGI program: sockets, epoll, signals,
 * the environment and the heap. Only tests/fuzz/request.c uses it. */
#ifndef FUZZ_FALSE_SYSTEM_H
#define FUZZ_FALSE_SYSTEM_H

#include "http/endpoint.h"

#include <stdbool.h>
#include <stddef.h>

enum { ANSWER_MAX = 4096 };

struct client {
	const char *at; /* the bytes that it sends */
	size_t len, read;
	char answer[ANSWER_MAX];
	size_t answered;
	bool open;
};

/* For all that is played from now on. piece_bytes: a read gives so many bytes, 0: all; other calls
 * are interrupted, or fail for a moment, by this number. has_bad_config: REDIS_URL cannot be
 * read. */
void system_set(size_t piece_bytes, bool has_bad_config);

/* Starts the endpoint as a worker, to which each of these clients connects. Claims that it ends
 * well, and has closed all connections. */
void system_play_worker(const struct endpoint *e, struct client *from, unsigned count);

/* Starts the endpoint as a CGI program with this environment (up to SYSTEM_VARIABLES_MAX, and
 * NULL). The client is its stdin and stdout. Claims that it ends well. What it did not free is
 * freed here. */
enum { SYSTEM_VARIABLES_MAX = 1700 };
void system_play_cgi(const struct endpoint *e, struct client *from, char **variables);

#endif
