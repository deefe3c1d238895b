#include "http/cgi.h"
#include "core/clock.h"
#include "core/text.h"
#include "http/deadline.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

int cgi_write(int fd, const struct reply_bytes *out, size_t *sent)
{
	size_t all = out->headers_len + out->head_len + out->body_len;

	while (*sent < all) {
		/* The casts remove const: writev does not change the bytes. The order of header
		 * lines has no meaning. */
		struct iovec parts[] = {{(char *)(size_t)out->headers, out->headers_len},
					{(char *)(size_t)out->head, out->head_len},
					{(char *)(size_t)out->body, out->body_len}};
		size_t skip = *sent;
		int first = 0;
		for (; skip >= parts[first].iov_len; first++)
			skip -= parts[first].iov_len;
		parts[first].iov_base = (char *)parts[first].iov_base + skip;
		parts[first].iov_len -= skip;
		ssize_t n = writev(fd, parts + first, (out->body_len > 0 ? 3 : 2) - first);
		if (n >= 0)
			*sent += (size_t)n;
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

/* Reads the body into the heap: on the stack, its space would cost page faults in requests without
 * a body. Returns how many bytes came. */
static size_t read_body(struct request *q, size_t most)
{
	char *bytes = malloc(most);
	size_t len = 0;
	ssize_t n = bytes != NULL ? 1 : -1;

	while (n > 0 && len < most) {
		n = read(STDIN_FILENO, bytes + len, most - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	q->body_failed = n < 0;
	q->body = bytes;
	q->body_bytes = len;
	return len;
}

/* Apache passes a chunked body on without its length. If nobody read it, Apache would lose the
 * reply. */
static void read_chunked(struct request *q, char length_text[static TEXT_DECIMAL_SIZE])
{
	size_t len = read_body(q, REQUEST_BODY_MAX_BYTES + 1);

	q->length_text = text_decimal(length_text, (long long)len);
}

/* There is no request, so nobody but a person at a terminal has started the program. */
static int explain(const char *name, bool asked)
{
	struct text out = {0};

	text_string(&out, name);
	text_string(&out,
		    " " SSA_VERSION ", an endpoint of SimpleServerAPI. A web server starts it: by "
		    "CGI for each request,\nor once as an SCGI worker. To try it by hand: "
		    "REQUEST_METHOD=GET cgi-bin/");
	text_string(&out, name);
	text_string(&out, "\n");
	bool written = write(STDOUT_FILENO, out.at, out.len) == (ssize_t)out.len;
	return !written ? 1 : asked ? 0 : 2;
}

/* The alarm of the deadline, which does not count now, may interrupt a sleep. */
static void wait_a_while(unsigned ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

/* A finish_function. */
static bool finish(struct exchange *x)
{
	struct reply_bytes out;
	size_t sent = 0;

	x->replied = 1;
	reply_render(&x->reply, &out);
	x->fd = cgi_write(x->fd, &out, &sent) == 0 ? x->fd : -1;
	return true;
}

int cgi_serve(const struct program *program, const char *name, const char *argument)
{
	struct exchange x = {.fd = STDOUT_FILENO};
	struct hand hand = {0};
	struct request *q = &x.request;
	size_t announced;
	char length_text[TEXT_DECIMAL_SIZE];

	signal(SIGTERM, SIG_IGN);
	hand_add(&hand, &x);
	deadline_prepare(&hand);
	deadline_watch(0);
	request_init(q);
	for (char **variable = environ; *variable != NULL; variable++) {
		const char *equals = strchr(*variable, '=');
		if (equals != NULL)
			request_take(q, *variable, (size_t)(equals - *variable), equals + 1);
	}
	if (*q->method == '\0') { /* a server would say it */
		bool asked = strcmp(argument, "--version") == 0;
		if (asked || isatty(STDOUT_FILENO))
			return explain(name, asked);
	}
	if (*q->transfer_coding != '\0' && *q->length_text == '\0') {
		read_chunked(q, length_text);
	} else if (request_announced(q, &announced) && announced > 0) {
		bool is_whole =
		    announced <= REQUEST_BODY_MAX_BYTES && read_body(q, announced) == announced;
		if (!is_whole)
			q->body = NULL;
	}
	unsigned delay_ms = program->admit(program->context, &x);
	if (delay_ms > 0) {
		deadline_stop();
		wait_a_while(delay_ms);
		x.due_ms = clock_ms() + DEADLINE_MS;
	}
	program->answer(program->context, (struct exchange *const[]){&x}, 1, finish);
	return x.fd >= 0 ? 0 : 1;
}
