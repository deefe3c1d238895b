/* json: strict reading of those members of an object that the caller asks for. scan.h checks every
 * byte. cJSON, which only this module knows, decodes the strings that have escapes. This module
 * never builds the tree of a whole document: a tree of cJSON takes ten times the memory of its
 * text, and cJSON refuses valid numbers of more than 63 digits. */
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
	JSON_TWICE, /* programs do not agree which of the two counts (RFC 8259, section 4) */
};

/* A member that the caller asks for, and the answer. Names match exactly, also in letter case. */
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

/* Steps over the object ahead and fills in the fields. Returns false if there is no object, or if
 * the text is not JSON (s->failed). The values point into the scanned text. */
bool json_object(struct scan *s, struct json_field *fields, size_t count);

/* The same, and calls `other` for each member that is not asked for, with its name as written. */
typedef void json_other(void *context, struct span name);
bool json_members(struct scan *s, struct json_field *fields, size_t count, json_other *other,
		  void *context);

/* Reads a whole text that must be one object. A byte order mark before it is skipped. */
enum json_read {
	JSON_FINE,
	/* The text is not JSON, is deeper than JSON_DEPTH_MAX, or has a string with \u0000 or with
	 * half a surrogate pair. */
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

/* Appends a string as written, without its quotes, decoded. Half a surrogate pair is left out. */
void json_append(struct text *out, struct span written);

/* Returns the text of a string as written, without its quotes: the string itself if it has no
 * escapes, else the new contents of `decoded`. decoded->failed stays set if memory ran out. */
struct span json_unescape(struct span written, struct text *decoded);

/* Compares a string as written, without its quotes, with a plain text. Needs no memory. */
bool json_equals(struct span written, const char *text, size_t len);

#endif
