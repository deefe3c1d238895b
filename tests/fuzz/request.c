/* How requests are read and replies are written: scgi.c, resident.c, cgi.c, request.c and gate.c,
 * from endpoint_main on, as in a program. The input is a byte that says how it is cut into pieces,
 * then what SCGI clients send. Each client has a connection of its own, and MARK separates them. A
 * worker handles up to six of them concurrently. If a request is well-formed, it is sent again as
 * the environment and stdin of a CGI program. Both must give the same reply. */
#include "false_system.h"
#include "fuzz.h"

#include "http/endpoint.h"
#include "http/request.h"
#include "http/service.h"

#define MARK "\n--\n"
enum { CLIENTS = 6 };

static bool bad_config;

/* Reads everything that a handler may read. */
static enum result handle(struct endpoint_context *c, const struct request *q, struct reply *rep)
{
	size_t n = strlen(q->method) + strlen(q->query) + strlen(q->remote_addr) +
		   strlen(q->ticket) + strlen(q->csrf_token);

	CLAIM(q->body_bytes <= REQUEST_BODY_MAX_BYTES || q->body == NULL);
	for (size_t i = 0; q->body != NULL && i < q->body_bytes; i++)
		n += (unsigned char)q->body[i];
	text_string(&rep->body, "{\"data\":");
	text_number(&rep->body, (long long)n);
	text_string(&rep->body, c->flags & 1 ? ",\"verbose\":1}" : "}");
	rep->retry_after_s = (unsigned)n % 3;
	return rep->result = c->flags & 2 ? RESULT_NO_CONTENT : RESULT_OK;
}

static const struct endpoint e = {
    .name = "fuzz",
    .operations = {{.method = "POST",
		    .body_max_bytes = REQUEST_BODY_MAX_BYTES,
		    .flags = {"verbose", "all"},
		    .handle = handle},
		   {.method = "GET", .flags = {"verbose", "all"}, .handle = handle}},
};

/* The netstring of names and values, read by a second reader. */
struct scgi {
	const char *headers, *body;
	size_t len, body_len, announced;
	const char *method, *path_info;
};

static bool read_scgi(const struct client *c, struct scgi *s)
{
	size_t digits = 0, len = 0, strings = 0;

	*s = (struct scgi){.method = "", .path_info = ""};
	for (; digits < c->len && digits < 6 && c->at[digits] >= '0' && c->at[digits] <= '9';
	     digits++)
		len = len * 10 + (size_t)(c->at[digits] - '0');
	if (digits == c->len || c->at[digits] != ':' || len == 0 || len > 65536 ||
	    c->len - digits - 1 <= len || c->at[digits + 1 + len] != ',')
		return false;
	s->headers = c->at + digits + 1;
	s->len = len;
	s->body = s->headers + len + 1;
	s->body_len = (size_t)(c->at + c->len - s->body);
	for (size_t i = 0; i < len; i++)
		strings += s->headers[i] == '\0';
	if (s->headers[len - 1] != '\0' || strings % 2 != 0)
		return false;
	for (const char *at = s->headers; at < s->headers + len;) {
		const char *value = at + strlen(at) + 1;
		if (strcmp(at, "REQUEST_METHOD") == 0)
			s->method = value;
		if (strcmp(at, "PATH_INFO") == 0)
			s->path_info = value;
		at = value + strlen(value) + 1;
	}
	return true;
}

/* One whole reply: the form of the head, the true length, and the shape of errors. */
static void check_reply(const struct client *c, const struct scgi *s)
{
	const char *end = memmem(c->answer, c->answered, "\r\n\r\n", 4);
	bool odd, head = strcmp(s->method, "HEAD") == 0;

	CLAIM(end != NULL && strncmp(c->answer, "Status: ", 8) == 0);
	size_t head_len = (size_t)(end + 4 - c->answer), body_len = c->answered - head_len;
	int status = atoi(c->answer + 8);
	for (size_t i = 0; i < head_len; i++)
		CLAIM((c->answer[i] >= 0x20 && c->answer[i] < 0x7F) || c->answer[i] == '\r' ||
		      c->answer[i] == '\n');
	const char *length = memmem(c->answer, head_len, "\r\nContent-Length: ", 18);
	CLAIM((length == NULL) == (status == 204));
	if (head || length == NULL)
		CLAIM(body_len == 0);
	else
		CLAIM((size_t)atoi(length + 18) == body_len &&
		      fuzz_is_json(end + 4, body_len, 8, &odd));
	CLAIM(status != 405 || memmem(c->answer, head_len, "\r\nAllow: ", 9) != NULL);
	CLAIM(!bad_config || status == 500);
	CLAIM(bad_config || *s->path_info == '\0' || status == 404);
}

/* Sends the same request to a CGI program. */
static void play_as_cgi(const struct scgi *s, const struct client *first)
{
	static char text[8192];
	static struct client again;
	char *variable[SYSTEM_VARIABLES_MAX + 1];
	size_t n = 0, used = 0;

	for (const char *at = s->headers; at < s->headers + s->len;) {
		const char *value = at + strlen(at) + 1;
		/* An environment has no empty names, and no name with =. A setting is none of the
		 * request. */
		if (*at == '\0' || strchr(at, '=') != NULL || n == SYSTEM_VARIABLES_MAX ||
		    strncmp(at, "SSA_", 4) == 0 || strcmp(at, "REDIS_URL") == 0)
			return;
		variable[n++] = text + used;
		used += (size_t)sprintf(text + used, "%s=%s", at, value) + 1;
		at = value + strlen(value) + 1;
	}
	variable[n] = NULL;
	again = (struct client){.at = s->body, .len = s->body_len};
	system_play_cgi(&e, &again, variable);
	CLAIM(again.answered == first->answered &&
	      memcmp(again.answer, first->answer, first->answered) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct client client[CLIENTS];
	struct scgi s;
	unsigned clients = 0, answers = 0;

	if (size < 2 || size > 4000)
		return 0;
	bad_config = data[0] & 64;
	system_set(data[0] % 64, bad_config);
	/* A copy with a NUL at its end, for the strings of the reader above. */
	char *text = malloc(size), *at = text, *end = text + size - 1;
	CLAIM(text != NULL);
	memcpy(text, data + 1, size - 1);
	*end = '\0';
	for (; clients < CLIENTS && at <= end; clients++) {
		char *mark = memmem(at, (size_t)(end - at), MARK, strlen(MARK));
		if (clients == CLIENTS - 1 || mark == NULL)
			mark = end;
		client[clients] = (struct client){.at = at, .len = (size_t)(mark - at)};
		at = mark + strlen(MARK);
	}
	fuzz_log_lines();

	system_play_worker(&e, client, clients);
	CLAIM(fuzz_log_lines() <= clients + 1);
	for (unsigned i = 0; i < clients; i++) {
		bool good = read_scgi(&client[i], &s);
		/* A request that is not SCGI gets no reply. */
		CLAIM(good == (client[i].answered > 0));
		if (good)
			check_reply(&client[i], &s);
		answers += good;
	}
	if (answers > 0 && read_scgi(&client[0], &s))
		play_as_cgi(&s, &client[0]);
	fuzz_log_lines();
	free(text);
	return 0;
}
