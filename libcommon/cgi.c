#include "cgi.h"
#include "deadline.h"
#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

extern char **environ;

enum { HEAD_MAX_BYTES = 640 };

/* What is left to say when even the error did not fit into memory. */
static const char last_words[] = "{\"code\":500,\"message\":\"internal error\",\"data\":\"\"}";

/* A reply's head in the making. Everything in it is ours and short, so it always fits. */
struct head {
	char at[HEAD_MAX_BYTES];
	size_t len;
};

static void put(struct head *h, const char *s)
{
	size_t len = strlen(s);

	if (len < sizeof h->at - h->len) {
		memcpy(h->at + h->len, s, len);
		h->len += len;
	}
}

static void put_number(struct head *h, size_t number)
{
	char digits[TEXT_DECIMAL_SIZE];

	put(h, text_decimal(digits, (long long)number));
}

static void put_head(struct head *h, const struct reply *rep, const struct result_http *http,
		     size_t body_len)
{
	put(h, "Status: ");
	put_number(h, (size_t)http->status);
	put(h, " ");
	put(h, http->reason);
	if (http->status != 204) { /* RFC 9110, 8.6: no Content-Length in a 204 */
		put(h, "\r\nContent-Type: application/json\r\nContent-Length: ");
		put_number(h, body_len);
	}
	put(h, "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
	if (http->status == 401) /* RFC 9110, 15.5.2: a 401 names its scheme */
		put(h, "WWW-Authenticate: X-Auth-Token realm=\"SimpleServerAPI\"\r\n");
	if (rep->allow != NULL) {
		put(h, "Allow: ");
		put(h, rep->allow);
		put(h, "\r\n");
	}
	if (rep->retry_after_s > 0) {
		put(h, "Retry-After: ");
		put_number(h, rep->retry_after_s);
		put(h, "\r\n");
	}
	put(h, "\r\n");
}

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
	bool failed = rep->body.failed;
	const struct result_http *http = result_http(failed ? RESULT_INTERNAL : rep->result);
	/* writev does not write to what it is given. */
	char *body = failed ? (char *)(size_t)last_words : rep->body.at;
	size_t len = failed ? sizeof last_words - 1 : rep->body.len;
	bool sent = len > 0 && !rep->without_body && http->status != 204;
	struct head head;

	head.len = 0;
	put_head(&head, rep, http, len);
	return write_all(fd, (struct iovec[]){{head.at, head.len}, {body, len}}, sent ? 2 : 1);
}

/* Not on the stack, where room for a body would cost every request without one its page faults. */
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

int cgi_serve(answer_function *answer, void *context)
{
	struct exchange x = {.reply = {.result = RESULT_OK}};
	struct request *q = &x.request;
	size_t announced;

	deadline_prepare();
	deadline_start((const int[]){STDOUT_FILENO}, 1);
	request_init(q);
	for (char **variable = environ; *variable != NULL; variable++) {
		const char *equals = strchr(*variable, '=');
		if (equals != NULL)
			request_take(q, *variable, (size_t)(equals - *variable), equals + 1);
	}
	if (request_announced(q, &announced) && announced > 0) {
		q->body = NULL;
		if (announced <= REQUEST_BODY_MAX_BYTES)
			read_body(q, announced);
	}
	answer(context, &x, 1);
	deadline_replying(0);
	return cgi_write_reply(STDOUT_FILENO, &x.reply) == 0 ? 0 : 1;
}
