#include "http/scgi.h"
#include "core/number.h"

#include <string.h>

/* Reads "123:" and returns the length; *begin is where the headers begin. 0: not complete, or, if
 * *broken, not the beginning of a netstring. */
static size_t read_length(const char *at, size_t len, size_t *begin, bool *broken)
{
	struct span rest = {at, len};
	unsigned long long sum;
	bool number = number_take(&rest, &sum), ended = rest.len > 0;

	*begin = len - rest.len + 1;
	*broken = len - rest.len > SCGI_LENGTH_DIGITS || sum > SCGI_HEADERS_MAX_BYTES ||
		  (ended && (!number || *rest.at != ':' || sum == 0));
	return ended ? (size_t)sum : 0;
}

/* Splits "name NUL value NUL …" into the request. */
static bool take_headers(struct request *q, const char *at, const char *end)
{
	while (at < end) {
		const char *name_end = memchr(at, '\0', (size_t)(end - at));
		if (name_end == NULL)
			return false;
		const char *value = name_end + 1;
		const char *value_end = memchr(value, '\0', (size_t)(end - value));
		if (value_end == NULL)
			return false;
		request_take(q, at, (size_t)(name_end - at), value);
		at = value_end + 1;
	}
	return true;
}

enum scgi_state scgi_read(const char *at, size_t len, bool ended, struct request *q)
{
	size_t begin = 0, announced;
	bool broken = false;
	size_t headers = read_length(at, len, &begin, &broken), body = begin + headers + 1;

	if (broken)
		return SCGI_BROKEN;
	if (headers == 0 || len < body)
		return ended ? SCGI_BROKEN : SCGI_PARTIAL;
	request_init(q);
	if (at[body - 1] != ',' || !take_headers(q, at + begin, at + body - 1))
		return SCGI_BROKEN;
	if (!request_announced(q, &announced) || announced == 0)
		return SCGI_WHOLE;
	q->body = NULL;
	q->body_bytes = announced;
	if (announced > REQUEST_IGNORED_MAX_BYTES)
		return SCGI_WHOLE;
	if (len - body < announced)
		return ended ? SCGI_WHOLE : SCGI_PARTIAL;
	if (announced <= REQUEST_BODY_MAX_BYTES)
		q->body = at + body;
	return SCGI_WHOLE;
}
