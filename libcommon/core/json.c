#include "core/json.h"
#include "core/number.h"

#include <string.h>

#include <cjson/cJSON.h>

static enum json_type type_of(char first)
{
	switch (first) {
	case '"':
		return JSON_STRING;
	case '[':
		return JSON_ARRAY;
	case 't':
	case 'f':
		return JSON_BOOL;
	case '{':
	case 'n':
		return JSON_OTHER;
	default:
		return JSON_NUMBER;
	}
}

static struct json_field *find_field(struct json_field *fields, size_t count, struct span name,
				     bool escaped)
{
	for (size_t i = 0; i < count; i++) {
		struct json_field *f = &fields[i];
		if (escaped ? json_equals(name, f->name, f->name_len)
			    : span_is(name, f->name, f->name_len))
			return f;
	}
	return NULL;
}

bool json_members(struct scan *s, struct json_field *fields, size_t count, json_other *other,
		  void *context)
{
	struct span name, value;

	for (size_t i = 0; i < count; i++)
		fields[i].state = JSON_ABSENT;
	if (!scan_enter(s, '{'))
		return false;
	while (scan_next(s, &name)) {
		struct json_field *f = find_field(fields, count, name, s->escaped);
		enum json_type type = type_of(scan_peek(s));
		if (!scan_value(s, &value))
			return false;
		if (f == NULL) {
			if (other != NULL)
				other(context, name);
			continue;
		}
		if (f->state != JSON_ABSENT)
			f->state = JSON_TWICE;
		else
			f->state = type == f->type ? JSON_PRESENT : JSON_WRONG_TYPE;
		f->value = value;
	}
	return !s->failed;
}

bool json_object(struct scan *s, struct json_field *fields, size_t count)
{
	return json_members(s, fields, count, NULL, NULL);
}

bool json_fields(struct span object, struct json_field *fields, size_t count)
{
	struct scan s;

	scan_begin(&s, object.at, object.len, SCAN_DEPTH_MAX - 1);
	return json_object(&s, fields, count);
}

enum json_read json_read(const char *text, size_t len, struct json_field *fields, size_t count)
{
	struct scan s;

	scan_begin_document(&s, text, len, JSON_DEPTH_MAX);
	bool object = json_object(&s, fields, count);
	if (!object && !s.failed)
		scan_value(&s, NULL);
	if (!scan_finish(&s) || s.unrepresentable)
		return JSON_INVALID;
	return object ? JSON_FINE : JSON_NO_OBJECT;
}

/* Tells whether a string has no escapes, as most have none. */
static bool is_plain(struct span written)
{
	return memchr(written.at, '\\', written.len) == NULL;
}

enum json_decoded json_decode(struct span value, char *out, size_t size)
{
	struct span written = {value.at + 1, value.len - 2};
	const char *text = written.at;
	size_t len = written.len;
	cJSON *decoded = NULL;

	if (!is_plain(written)) {
		decoded = cJSON_ParseWithLength(value.at, value.len);
		if (decoded == NULL) /* memory ran out: the scan has checked the text */
			return JSON_NO_MEMORY;
		text = decoded->valuestring;
		len = strlen(text);
	}
	bool fits = len < size;
	if (fits) {
		memcpy(out, text, len);
		out[len] = '\0';
	}
	cJSON_Delete(decoded);
	return fits ? JSON_DECODED : JSON_TOO_LONG;
}

bool json_integer(struct span value, long long *out)
{
	bool negative = value.len > 0 && *value.at == '-';
	unsigned long long number;

	value = (struct span){value.at + negative, value.len - negative};
	if (!number_take(&value, &number) || value.len > 0 || number > JSON_INTEGER_MAX)
		return false;
	*out = negative ? -(long long)number : (long long)number;
	return true;
}

/* The four hexadecimal digits of an escape, which the scan has checked. */
static unsigned long hex4(const char *at)
{
	return (unsigned long)number_hex(at, 4);
}

/* Writes a code point as UTF-8 (RFC 3629). Returns the number of bytes. */
static size_t put_utf8(unsigned long point, unsigned char out[static 4])
{
	size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const unsigned char first[] = {0, 0x00, 0xC0, 0xE0, 0xF0};

	for (size_t i = len - 1; i > 0; i--, point >>= 6)
		out[i] = (unsigned char)(0x80 | (point & 0x3F));
	out[0] = (unsigned char)(first[len] | point);
	return len;
}

/* Decodes the escape at *at, and moves *at behind it. Returns the number of bytes; 0: it is half a
 * surrogate pair. */
static size_t take_escape(const char **at, const char *end, unsigned char out[static 4])
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *letter = *at + 1;

	if (*letter != 'u') {
		*at += 2;
		out[0] = (unsigned char)meant[strchr(letters, *letter) - letters];
		return 1;
	}
	unsigned long point = hex4(letter + 1);
	*at += 6;
	if (point < 0xD800 || point > 0xDFFF)
		return put_utf8(point, out);
	unsigned long low =
	    end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? hex4(*at + 2) : 0;
	if (point > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
		return 0;
	*at += 6;
	return put_utf8(0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00), out);
}

void json_append(struct text *out, struct span written)
{
	const char *at = written.at, *end = written.at + written.len;
	unsigned char bytes[4];

	while (at < end) {
		const char *escape = memchr(at, '\\', (size_t)(end - at));
		text_add(out, at, (size_t)((escape != NULL ? escape : end) - at));
		if (escape == NULL)
			break;
		at = escape;
		size_t n = take_escape(&at, end, bytes);
		text_add(out, (const char *)bytes, n);
	}
}

struct span json_unescape(struct span written, struct text *decoded)
{
	if (is_plain(written))
		return written;
	decoded->len = 0;
	json_append(decoded, written);
	return (struct span){decoded->len > 0 ? decoded->at : "", decoded->len};
}

/* cJSON would need memory, and a lack of memory must not make two equal names different. */
bool json_equals(struct span written, const char *text, size_t len)
{
	const char *at = written.at, *end = written.at + written.len;
	const char *text_end = text + len;

	/* Decoding never makes a string longer: an escape of six bytes gives at most three. */
	if (written.len < len)
		return false;
	if (is_plain(written))
		return span_is(written, text, len);
	while (at < end) {
		unsigned char bytes[4] = {(unsigned char)*at};
		size_t n = 1;
		if (*at == '\\')
			n = take_escape(&at, end, bytes);
		else
			at++;
		if (n == 0 || (size_t)(text_end - text) < n || memcmp(text, bytes, n) != 0)
			return false;
		text += n;
	}
	return text == text_end;
}
