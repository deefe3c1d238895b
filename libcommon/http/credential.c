#include "http/credential.h"
#include "http/request.h"

#include <string.h>
#include <strings.h>

static const char bearer[] = "Bearer";

/* Whether a list of challenges begins with this scheme (RFC 9110, 11.4: in any case). */
static bool begins_with_bearer(const char *text)
{
	size_t len = sizeof bearer - 1;

	return strncasecmp(text, bearer, len) == 0 && strchr(" \t,", text[len]) != NULL;
}

/* Two headers arrive as one, with a comma. */
static bool has_another_bearer(const char *text)
{
	while ((text = strchr(text, ',')) != NULL) {
		text += 1 + strspn(text + 1, " \t");
		if (begins_with_bearer(text))
			return true;
	}
	return false;
}

const char *credential_find(const struct request *q, const char **credential)
{
	const char *sent = q->authorization;
	bool is_bearer = begins_with_bearer(sent);

	if (q->ticket_count > 1)
		return "more than one ticket";
	if (q->authorization_count > 1 || has_another_bearer(sent))
		return "more than one Authorization";
	if (is_bearer && q->ticket_count > 0)
		return "a ticket in two headers";
	*credential = q->ticket_count > 0 ? q->ticket : NULL;
	if (is_bearer) {
		sent += sizeof bearer - 1;
		*credential = sent + strspn(sent, " ");
	}
	return NULL;
}
