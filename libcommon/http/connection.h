/* connection: one SCGI request, from accept to the last byte of its reply. No call waits. */
#ifndef SSA_CONNECTION_H
#define SSA_CONNECTION_H

#include "http/exchange.h"
#include "http/scgi.h"

struct resident;

struct connection {
	struct exchange x; /* the first member, so that an exchange leads to its connection */
	struct resident *owner;
	enum connection_state {
		CONNECTION_READING, /* the request is not complete; at x.due_ms it is given up */
		CONNECTION_DELAYED, /* the request is put aside until x.due_ms */
		CONNECTION_WAITING, /* for a batch; at x.due_ms it gets a 503 */
		CONNECTION_SENDING, /* a part of the reply; at x.due_ms it is given up */
	} state;
	bool awaited;             /* it waits for an event */
	bool watched;             /* it is in the epoll set */
	size_t held_bytes;        /* SENDING: memory that this reply alone holds */
	struct connection *spare; /* the next one in struct connection_spares */

	struct reply_bytes out;
	size_t sent, len;
	char at[SCGI_MAX_BYTES]; /* pages that are not used take no memory */
};

/* Those that are not in use, a few of them, with the memory of their replies. */
struct connection_spares {
	struct connection *first;
	unsigned count;
};

/* Makes sure that there is one. false: no memory. */
bool connection_reserve(struct connection_spares *spares);

/* Takes one for a socket. Its reply is empty; the caller sets `owner` and x.due_ms. */
struct connection *connection_new(struct connection_spares *spares, int fd);

/* Closes the socket, and frees what belongs to the request. */
void connection_end(struct connection *c, struct connection_spares *spares);

void connection_free(struct connection_spares *spares);

struct connection *connection_of(struct exchange *x);

/* Reads what has come of the request. */
enum scgi_state connection_receive(struct connection *c);

/* Sends what the client takes of the reply, which is complete. true: all is sent, or the client has
 * left. false: the rest has to wait. */
bool connection_send(struct connection *c);

#endif
