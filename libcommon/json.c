#include "json.h"

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
			    : name.len == f->name_len && memcmp(name.at, f->name, name.len) == 0)
			return f;
	}
	return NULL;
}

bool json_object(struct scan *s, struct json_field *fields, size_t count)
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
		if (f == NULL)
			continue;
		if (f->state != JSON_ABSENT)
			f->state = JSON_TWICE;
		else
			f->state = type == f->type ? JSON_PRESENT : JSON_WRONG_TYPE;
		f->value = value;
	}
	return !s->failed;
}

enum json_read json_read(const char *text, size_t len, struct json_field *fields, size_t count)
{
	struct scan s;

	scan_begin(&s, text, len, JSON_DEPTH_MAX);
	bool object = json_object(&s, fields, count);
	if (!object && !s.failed)
		scan_value(&s, NULL);
	if (!scan_finish(&s) || s.unrepresentable)
		return JSON_INVALID;
	return object ? JSON_FINE : JSON_NO_OBJECT;
}

/* Most strings have no escapes and stand as they are between their quotes. */
static bool is_plain(struct span written)
{
	return memchr(written.at, '\\', written.len) == NULL;
}

bool json_decode(struct span value, char *out, size_t size)
{
	struct span written = {value.at + 1, value.len - 2};
	const char *text = written.at;
	size_t len = written.len;
	cJSON *decoded = NULL;

	if (!is_plain(written)) {
		decoded = cJSON_ParseWithLength(value.at, value.len);
		if (decoded == NULL)
			return false;
		text = decoded->valuestring;
		len = strlen(text);
	}
	bool fits = len < size;
	if (fits) {
		memcpy(out, text, len);
		out[len] = '\0';
	}
	cJSON_Delete(decoded);
	return fits;
}

bool json_integer(struct span value, long long *out)
{
	bool negative = value.len > 0 && *value.at == '-';
	long long sum = 0;

	if (value.len - negative > 18) /* 64 bits hold any 18 digits */
		return false;
	for (size_t i = negative; i < value.len; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return false;
		sum = sum * 10 + (value.at[i] - '0');
	}
	*out = negative ? -sum : sum;
	return true;
}

bool json_equals(struct span written, const char *text, size_t len)
{
	/* An escape only ever shortens: six written bytes give at most three. */
	if (written.len < len)
		return false;
	if (written.len == len)
		return memcmp(written.at, text, len) == 0 && is_plain(written);
	if (is_plain(written))
		return false;
	cJSON *decoded = cJSON_ParseWithLength(written.at - 1, written.len + 2);
	bool equal = decoded != NULL && strlen(decoded->valuestring) == len &&
		     memcmp(decoded->valuestring, text, len) == 0;
	cJSON_Delete(decoded);
	return equal;
}
