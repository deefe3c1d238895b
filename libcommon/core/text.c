#include "core/text.h"
#include "core/number.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1024 };

static bool reserve(struct text *t, size_t more)
{
	if (t->failed || more > SIZE_MAX / 4 || t->len > SIZE_MAX / 4)
		return !(t->failed = true);
	if (t->len + more <= t->cap)
		return true;

	size_t cap = t->cap ? t->cap * 2 : FIRST_BYTES;
	if (cap < t->len + more)
		cap = t->len + more;
	char *at = realloc(t->at, cap);
	if (at == NULL)
		return !(t->failed = true);
	t->at = at;
	t->cap = cap;
	return true;
}

void text_add(struct text *t, const char *bytes, size_t len)
{
	if (len == 0 || !reserve(t, len))
		return;
	memcpy(t->at + t->len, bytes, len);
	t->len += len;
}

void text_string(struct text *t, const char *string)
{
	text_add(t, string, strlen(string));
}

const char *text_decimal(char out[static TEXT_DECIMAL_SIZE], long long number)
{
	char *at = out + TEXT_DECIMAL_SIZE - 1;
	unsigned long long rest =
	    number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;

	*at = '\0';
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (number < 0)
		*--at = '-';
	return at;
}

void text_number(struct text *t, long long number)
{
	char digits[TEXT_DECIMAL_SIZE];

	text_string(t, text_decimal(digits, number));
}

void text_json(struct text *t, const char *string)
{
	static const char hex[] = NUMBER_HEX_DIGITS;

	text_add(t, "\"", 1);
	for (;;) {
		size_t plain = 0;
		while ((unsigned char)string[plain] >= 0x20 && string[plain] != '"' &&
		       string[plain] != '\\')
			plain++;
		text_add(t, string, plain);
		string += plain;
		unsigned char c = (unsigned char)*string;
		if (c == '\0')
			break;
		if (c < 0x20)
			text_add(t, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
		else
			text_add(t, (char[]){'\\', (char)c}, 2);
		string++;
	}
	text_add(t, "\"", 1);
}

void text_clear(struct text *t, size_t keep_bytes)
{
	t->len = 0;
	t->failed = false;
	if (t->cap > keep_bytes)
		text_free(t);
}

void text_free(struct text *t)
{
	free(t->at);
	*t = (struct text){0};
}
