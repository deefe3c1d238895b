/* A worker without a front-end server.
 *
 *   scgi listen SOCKET PROGRAM             becomes PROGRAM, with a listening socket as descriptor 0
 *   scgi ask SOCKET NAME=VALUE... <BODY    sends one request, and prints the program's reply
 *
 * It is in C because a test file sends hundreds of requests, and an interpreter takes 50 ms to
 * start. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, ANSWER_S = 30 };

static struct sockaddr_un address(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof a.sun_path)
		errx(2, "%s is too long for a socket", path);
	strcpy(a.sun_path, path);
	return a;
}

static int unix_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		err(2, "socket");
	return fd;
}

/* The socket gets its name when it listens, so whoever sees it can connect. */
static void become(const char *path, char *program)
{
	char new[sizeof(struct sockaddr_un)];

	snprintf(new, sizeof new, "%s.new", path);
	struct sockaddr_un a = address(new);
	int fd = unix_socket();
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, BACKLOG) != 0 ||
	    dup2(fd, 0) < 0 || close(fd) != 0 || rename(new, path) != 0)
		err(2, "%s", path);
	execv(program, (char *[]){program, NULL});
	err(2, "%s", program);
}

static void send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent < 0)
			err(1, "send");
		bytes += sent;
		len -= (size_t)sent;
	}
}

/* Adds NAME=VALUE, without the = between them. */
static void add(FILE *headers, const char *variable)
{
	size_t name = strcspn(variable, "=");
	const char *value = variable + name + (variable[name] == '=');

	fwrite(variable, 1, name, headers);
	fputc('\0', headers);
	fwrite(value, 1, strlen(value) + 1, headers);
}

static void ask(const char *path, char **variables)
{
	char piece[65536], *body, *headers;
	size_t body_len, headers_len, got;
	ssize_t len;
	struct sockaddr_un a = address(path);
	struct timeval limit = {.tv_sec = ANSWER_S};
	int fd = unix_socket();

	FILE *out = open_memstream(&body, &body_len);
	while ((got = fread(piece, 1, sizeof piece, stdin)) > 0)
		fwrite(piece, 1, got, out);
	fclose(out);
	out = open_memstream(&headers, &headers_len);
	snprintf(piece, sizeof piece, "CONTENT_LENGTH=%zu", body_len);
	add(out, piece);
	add(out, "SCGI=1");
	for (; *variables != NULL; variables++)
		add(out, *variables);
	fclose(out);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
	    connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		err(1, "%s", path);
	snprintf(piece, sizeof piece, "%zu:", headers_len);
	send_all(fd, piece, strlen(piece));
	send_all(fd, headers, headers_len);
	send_all(fd, ",", 1);
	send_all(fd, body, body_len);
	while ((len = recv(fd, piece, sizeof piece, 0)) > 0)
		fwrite(piece, 1, (size_t)len, stdout);
	if (len < 0)
		err(1, "recv");
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "listen") == 0)
		become(argv[2], argv[3]);
	if (argc < 3 || strcmp(argv[1], "ask") != 0)
		errx(2, "see the beginning of tests/tools/scgi.c");
	ask(argv[2], argv + 3);
	return fflush(stdout) == 0 ? 0 : 1;
}
