#include "http/request.h"
#include "core/number.h"

#include <stdint.h>
#include <string.h>

void request_init(struct request *q)
{
	*q = (struct request){
	    .method = "",
	    .path_info = "",
	    .query = "",
	    .target = "",
	    .content_type = "",
	    .coding = "",
	    .remote_addr = "",
	    .ticket = "",
	    .authorization = "",
	    .csrf_token = "",
	    .known_tags = "",
	    .prefer = "",
	    .origin = "",
	    .asked_method = "",
	    .length_text = "",
	    .body = "",
	};
}

void request_take(struct request *q, const char *name, size_t name_len, const char *value)
{
#define IS(literal) (name_len == sizeof(literal) - 1 && memcmp(name, literal, name_len) == 0)
	/* A server passes about thirty variables, and this program uses half of them. The first
	 * letter is enough to skip most of the others. */
	switch (name_len ? name[0] : '\0') {
	case 'C':
		if (IS("CONTENT_LENGTH"))
			q->length_text = value;
		else if (IS("CONTENT_TYPE"))
			q->content_type = value;
		break;
	case 'H':
		if (IS("HTTP_X_AUTH_TOKEN")) {
			q->ticket = value;
			q->ticket_count++;
		} else if (IS("HTTP_AUTHORIZATION")) {
			q->authorization = value;
			q->authorization_count++;
		} else if (IS("HTTP_CSRFPREVENTIONTOKEN")) {
			q->csrf_token = value;
			q->csrf_count++;
		} else if (IS("HTTP_IF_NONE_MATCH")) {
			q->known_tags = value;
		} else if (IS("HTTP_PREFER")) {
			q->prefer = value;
		} else if (IS("HTTP_CONTENT_ENCODING")) {
			q->coding = value;
		} else if (IS("HTTP_ORIGIN")) {
			q->origin = value;
		} else if (IS("HTTP_TRANSFER_ENCODING")) {
			q->is_chunked = true;
		} else if (IS("HTTP_ACCESS_CONTROL_REQUEST_METHOD")) {
			q->asked_method = value;
		}
		break;
	case 'P':
		if (IS("PATH_INFO"))
			q->path_info = value;
		break;
	case 'Q':
		if (IS("QUERY_STRING"))
			q->query = value;
		break;
	case 'R':
		if (IS("REQUEST_METHOD"))
			q->method = value;
		else if (IS("REQUEST_URI"))
			q->target = value;
		else if (IS("REMOTE_ADDR"))
			q->remote_addr = value;
		break;
	default:
		break;
	}
#undef IS
}

bool request_announced(const struct request *q, size_t *bytes)
{
	unsigned long long number = 0;
	bool good =
	    *q->length_text == '\0' || number_read(span_of(q->length_text), SIZE_MAX - 1, &number);

	*bytes = (size_t)number;
	return good;
}
