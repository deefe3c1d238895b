/* json: reads the members of an object that the caller asks for, strictly. scan.h checks every
 * byte; cJSON, which only this module knows, decodes strings with escapes. It never builds the tree
 * of a whole document, which takes ten times the memory of the text, and refuses valid numbers of
 * more than 63 digits. */
#ifndef SSA_JSON_H
#define SSA_JSON_H

#include "core/scan.h"
#include "core/text.h"

#include <stdbool.h>
#include <stddef.h>

enum { JSON_DEPTH_MAX = 32 };

enum json_type {
	JSON_STRING,
	JSON_NUMBER,
	JSON_BOOL,
	JSON_ARRAY,
	JSON_OTHER, /* object, null */
};

enum json_state {
	JSON_ABSENT,
	JSON_PRESENT,
	JSON_WRONG_TYPE,
	JSON_TWICE, /* readers disagree on which one counts (RFC 8259, section 4) */
};

/* A member that the caller asks for. Names match exactly, also in letter case. */
struct json_field {
	const char *name;
	size_t name_len;
	enum json_type type;
	enum json_state state; /* out */
	struct span value;     /* out, if JSON_PRESENT: as written, a string with its quotes */
};

#define JSON_FIELD(string, is)                                                                     \
	{                                                                                          \
		.name = (string), .name_len = sizeof(string) - 1, .type = (is)                     \
	}

/* Steps over the object ahead and fills in the fields, whose values point into the scanned text.
 * false: there is no object, or the text is not JSON (s->failed). */
bool json_object(struct scan *s, struct json_field *fields, size_t count);

/* The same, and calls `other` with the name, as written, of each other member. */
typedef void json_other(void *context, struct span name);
bool json_members(struct scan *s, struct json_field *fields, size_t count, json_other *other,
		  void *context);

/* The same for an object that was scanned before. */
bool json_fields(struct span object, struct json_field *fields, size_t count);

/* Reads a text that must be one object, perhaps behind a byte order mark. */
enum json_read {
	JSON_FINE,
	/* Not JSON, deeper than JSON_DEPTH_MAX, or a string has \u0000 or half a surrogate pair. */
	JSON_INVALID,
	JSON_NO_OBJECT,
};
enum json_read json_read(const char *text, size_t len, struct json_field *fields, size_t count);

/* Decodes a string as written (with its quotes) into `out`, with a NUL at the end. */
enum json_decoded {
	JSON_DECODED,
	JSON_TOO_LONG, /* it does not fit in `size` bytes */
	JSON_NO_MEMORY,
};
enum json_decoded json_decode(struct span value, char *out, size_t size);

/* Reads an integer of at most 18 digits. Returns false for any other value. */
#define JSON_INTEGER_MAX 999999999999999999LL
bool json_integer(struct span value, long long *out);

/* Decodes a string as written, without its quotes, and appends it. Half a surrogate pair is left
 * out. */
void json_append(struct text *out, struct span written);

/* Decodes a string as written, without its quotes. Returns the string itself if it has no escapes,
 * else the new contents of `decoded`. After a lack of memory, decoded->failed stays set. */
struct span json_unescape(struct span written, struct text *decoded);

/* Compares a string as written, without its quotes, with a text. Needs no memory. */
bool json_equals(struct span written, const char *text, size_t len);

#endif
