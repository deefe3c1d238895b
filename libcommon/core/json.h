/* json: what an object says under the names we ask for, read strictly. scan.h checks every byte;
 * cJSON, which only this room knows, decodes the values that need decoding. No tree of a whole
 * document is ever built: cJSON's takes ten times the text and refuses valid numbers of more than
 * 63 digits. */
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
	/* A name that stands twice has no value that all readers agree on (RFC 8259, section 4). */
	JSON_TWICE,
};

/* One question to an object, and its answer. Names match exactly, letter case too. */
struct json_field {
	const char *name;
	size_t name_len;
	enum json_type type;
	enum json_state state; /* out */
	struct span value;     /* out: as written, a string's quotes included; when JSON_PRESENT */
};

#define JSON_FIELD(name, type)                                                                     \
	{                                                                                          \
		name, sizeof(name) - 1, type, JSON_ABSENT,                                         \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

/* Steps over the object ahead and answers the fields. false: it is not an object, or not JSON
 * (s->failed). The values point into the scanned text. */
bool json_object(struct scan *s, struct json_field *fields, size_t count);

/* Reads a whole text that must be one object. */
enum json_read {
	JSON_FINE,
	JSON_INVALID, /* not JSON, deeper than JSON_DEPTH_MAX, or a string with \u0000 or half a
			 surrogate pair */
	JSON_NO_OBJECT,
};
enum json_read json_read(const char *text, size_t len, struct json_field *fields, size_t count);

/* Decodes a string as written (with its quotes) into out, NUL-terminated. */
enum json_decoded {
	JSON_DECODED,
	JSON_TOO_LONG, /* it does not fit in `size` bytes */
	JSON_NO_MEMORY,
};
enum json_decoded json_decode(struct span value, char *out, size_t size);

/* An integer of at most 18 digits, without fraction or exponent. */
bool json_integer(struct span value, long long *out);

/* Appends a string as written, without its quotes, decoded. Half a surrogate pair is left out. */
void json_append(struct text *out, struct span written);

/* Compares a string as written, without its quotes, with plain text. Needs no memory. */
bool json_equals(struct span written, const char *text, size_t len);

#endif
