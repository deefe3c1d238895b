#include "http/cgi.h"
#include "http/deadline.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

extern char **environ;

static int write_all(int fd, struct iovec *part, int count)
{
	while (count > 0) {
		ssize_t n = writev(fd, part, count);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		for (; count > 0 && (size_t)n >= part->iov_len; part++, count--)
			n -= (ssize_t)part->iov_len;
		if (count > 0) {
			part->iov_base = (char *)part->iov_base + n;
			part->iov_len -= (size_t)n;
		}
	}
	return 0;
}

int cgi_write_reply(int fd, const struct reply *rep)
{
	struct reply_bytes out;

	reply_render(rep, &out);
	/* The casts remove const: writev does not change the bytes. The order of header lines
	 * has no meaning. */
	struct iovec parts[] = {{(char *)(size_t)out.headers, out.headers_len},
				{out.head, out.head_len},
				{(char *)(size_t)out.body, out.body_len}};
	int first = out.headers_len > 0 ? 0 : 1, end = out.body_len > 0 ? 3 : 2;
	return write_all(fd, parts + first, end - first);
}

/* The body is on the heap. Space for it on the stack would cause page faults in every request, also
 * in those without a body. */
static void read_body(struct request *q, size_t announced)
{
	char *bytes = malloc(announced);
	size_t len = 0;
	ssize_t n = bytes != NULL ? 1 : -1;

	while (n > 0 && len < announced) {
		n = read(STDIN_FILENO, bytes + len, announced - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	q->body_failed = n < 0;
	q->body = len == announced ? bytes : NULL;
	q->body_bytes = announced;
}

/* Somebody has started the program by hand. */
static int explain(void)
{
	static const char text[] =
	    "This is a CGI program of SimpleServerAPI: a web server starts it for each request, "
	    "or\n"
	    "once as a resident SCGI worker. `make run` does that. To try it by hand:\n\n"
	    "  REQUEST_METHOD=GET cgi-bin/status\n";

	return write(STDOUT_FILENO, text, sizeof text - 1) == (ssize_t)sizeof text - 1 ? 2 : 1;
}

int cgi_serve(answer_function *answer, void *context)
{
	struct exchange x = {.reply = {.result = RESULT_OK}};
	struct request *q = &x.request;
	size_t announced;

	signal(SIGTERM, SIG_IGN);
	deadline_prepare();
	deadline_start((const int[]){STDOUT_FILENO}, (const struct reply *[]){&x.reply}, 1);
	request_init(q);
	for (char **variable = environ; *variable != NULL; variable++) {
		const char *equals = strchr(*variable, '=');
		if (equals != NULL)
			request_take(q, *variable, (size_t)(equals - *variable), equals + 1);
	}
	if (*q->method == '\0' && isatty(STDOUT_FILENO))
		return explain();
	if (request_announced(q, &announced) && announced > 0) {
		q->body = NULL;
		if (announced <= REQUEST_BODY_MAX_BYTES)
			read_body(q, announced);
	}
	answer(context, &x, 1);
	deadline_replying(0);
	return cgi_write_reply(STDOUT_FILENO, &x.reply) == 0 ? 0 : 1;
}
