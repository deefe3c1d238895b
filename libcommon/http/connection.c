#include "http/connection.h"
#include "http/cgi.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SPARES_MAX = 8, BODY_KEEP_BYTES = 65536 };

bool connection_reserve(struct connection_spares *spares)
{
	struct connection *c;

	if (spares->first != NULL)
		return true;
	if ((c = malloc(sizeof *c)) == NULL)
		return false;
	c->x.reply.body = (struct text){0};
	c->spare = NULL;
	spares->first = c;
	spares->count = 1;
	return true;
}

struct connection *connection_new(struct connection_spares *spares, int fd)
{
	struct connection *c = spares->first;

	spares->first = c->spare;
	spares->count--;
	c->x.reply = (struct reply){.body = c->x.reply.body};
	c->x.fd = fd;
	c->x.replied = 0;
	c->state = CONNECTION_READING;
	c->watched = c->awaited = false;
	c->held_bytes = 0;
	c->len = 0;
	return c;
}

static void drop_one(struct connection_spares *spares)
{
	struct connection *c = spares->first;

	spares->first = c->spare;
	spares->count--;
	text_free(&c->x.reply.body);
	free(c);
}

void connection_end(struct connection *c, struct connection_spares *spares)
{
	close(c->x.fd);
	text_clear(&c->x.reply.body, BODY_KEEP_BYTES);
	text_free(&c->x.reply.headers);
	shared_body_release(c->x.reply.shared);
	c->spare = spares->first;
	spares->first = c;
	if (++spares->count > SPARES_MAX)
		drop_one(spares);
}

void connection_free(struct connection_spares *spares)
{
	while (spares->first != NULL)
		drop_one(spares);
}

struct connection *connection_of(struct exchange *x)
{
	return (struct connection *)x;
}

enum scgi_state connection_receive(struct connection *c)
{
	for (;;) {
		ssize_t n = recv(c->x.fd, c->at + c->len, sizeof c->at - c->len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return SCGI_PARTIAL;
		if (n > 0)
			c->len += (size_t)n;
		enum scgi_state state = scgi_read(c->at, c->len, n <= 0, &c->x.request);
		if (state != SCGI_PARTIAL)
			return state;
	}
}

bool connection_send(struct connection *c)
{
	if (!c->x.replied) {
		c->x.replied = 1;
		c->sent = 0;
		reply_render(&c->x.reply, &c->out);
	}
	return cgi_write(c->x.fd, &c->out, &c->sent) == 0 || errno != EAGAIN;
}
