/* What the shell cannot do with Unix sockets.
 *
 *   sockets listen SOCKET PROGRAM             becomes PROGRAM; descriptor 0 is a listening socket
 *   sockets scgi SOCKET NAME=VALUE... <BODY   sends such a program a request, prints the reply
 *   sockets http SOCKET <REQUEST              sends these bytes, prints all that comes back
 *
 * It is a static program in C because the suite sends thousands of requests. curl and Python take
 * six times as long to start. */
#include <err.h>
#include <stdbool.h>
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

/* false: the other side does not take all. */
static bool send_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent < 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
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

/* Reads all of the input. The caller frees it. */
static char *read_input(size_t *len)
{
	char piece[65536], *bytes;
	size_t got;
	FILE *out = open_memstream(&bytes, len);

	while ((got = fread(piece, 1, sizeof piece, stdin)) > 0)
		fwrite(piece, 1, got, out);
	fclose(out);
	return bytes;
}

static int connect_to(const char *path)
{
	struct sockaddr_un a = address(path);
	struct timeval limit = {.tv_sec = ANSWER_S};
	int fd = unix_socket();

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
	    connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		err(1, "%s", path);
	return fd;
}

static void print_answer(int fd)
{
	char piece[65536];
	ssize_t len;

	while ((len = recv(fd, piece, sizeof piece, 0)) > 0)
		fwrite(piece, 1, (size_t)len, stdout);
	if (len < 0)
		err(1, "recv");
}

static void ask_scgi(const char *path, char **variables)
{
	char text[64], *headers;
	size_t body_len, headers_len;
	char *body = read_input(&body_len);
	FILE *out = open_memstream(&headers, &headers_len);

	snprintf(text, sizeof text, "CONTENT_LENGTH=%zu", body_len);
	add(out, text);
	add(out, "SCGI=1");
	for (; *variables != NULL; variables++)
		add(out, *variables);
	fclose(out);

	int fd = connect_to(path);
	snprintf(text, sizeof text, "%zu:", headers_len);
	if (!send_all(fd, text, strlen(text)) || !send_all(fd, headers, headers_len) ||
	    !send_all(fd, ",", 1) || !send_all(fd, body, body_len))
		err(1, "send");
	print_answer(fd);
}

static void ask_http(const char *path)
{
	size_t len;
	char *request = read_input(&len);
	int fd = connect_to(path);

	/* A server that refuses the request answers before it has all of it. */
	send_all(fd, request, len);
	print_answer(fd);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "listen") == 0)
		become(argv[2], argv[3]);
	if (argc >= 3 && strcmp(argv[1], "scgi") == 0)
		ask_scgi(argv[2], argv + 3);
	else if (argc == 3 && strcmp(argv[1], "http") == 0)
		ask_http(argv[2]);
	else
		errx(2, "see the beginning of tests/tools/sockets.c");
	return fflush(stdout) == 0 ? 0 : 1;
}
