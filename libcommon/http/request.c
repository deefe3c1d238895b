#include "http/request.h"
#include "core/number.h"

#include <stdint.h>
#include <string.h>

/* The variables that this program uses (RFC 3875, section 4.1), and the members that they go to. A
 * list of macros, because each request has some 25 variables: a comparison with a constant is two
 * instructions for most of them. */
#define EACH_VARIABLE                                                                              \
	ONE("REQUEST_METHOD", method)                                                              \
	ONE("PATH_INFO", path_info)                                                                \
	ONE("QUERY_STRING", query)                                                                 \
	ONE("REQUEST_URI", target)                                                                 \
	ONE("CONTENT_TYPE", content_type)                                                          \
	ONE("CONTENT_LENGTH", length_text)                                                         \
	ONE("REMOTE_ADDR", remote_addr)                                                            \
	ONE("HTTP_CONTENT_ENCODING", coding)                                                       \
	ONE("HTTP_TRANSFER_ENCODING", transfer_coding)                                             \
	ONE("HTTP_IF_NONE_MATCH", known_tags)                                                      \
	ONE("HTTP_PREFER", prefer)                                                                 \
	ONE("HTTP_ORIGIN", origin)                                                                 \
	ONE("HTTP_ACCESS_CONTROL_REQUEST_METHOD", asked_method)                                    \
	COUNTED("HTTP_X_AUTH_TOKEN", ticket)                                                       \
	COUNTED("HTTP_AUTHORIZATION", authorization)                                               \
	COUNTED("HTTP_CSRFPREVENTIONTOKEN", csrf_token)

void request_init(struct request *q)
{
	*q = (struct request){.body = ""};
#define ONE(name, member)     q->member = "";
#define COUNTED(name, member) q->member = "";
	EACH_VARIABLE
#undef ONE
#undef COUNTED
}

void request_take(struct request *q, const char *name, size_t name_len, const char *value)
{
#define IS(literal)                                                                                \
	(name_len == sizeof(literal) - 1 && memcmp(name, literal, sizeof(literal) - 1) == 0)
#define ONE(literal, member)                                                                       \
	if (IS(literal))                                                                           \
		q->member = value;
#define COUNTED(literal, member)                                                                   \
	if (IS(literal)) {                                                                         \
		q->member = value;                                                                 \
		q->member##_count++;                                                               \
	}
	EACH_VARIABLE
#undef IS
#undef ONE
#undef COUNTED
}

bool request_announced(const struct request *q, size_t *bytes)
{
	unsigned long long number = 0;
	bool good =
	    *q->length_text == '\0' || number_read(span_of(q->length_text), SIZE_MAX - 1, &number);

	*bytes = (size_t)number;
	return good;
}
