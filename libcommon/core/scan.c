#include "core/scan.h"
#include "core/number.h"

#include <string.h>

static bool fail(struct scan *s)
{
	s->failed = true;
	return false;
}

static char ahead(const struct scan *s)
{
	return s->at < s->end ? *s->at : '\0';
}

static void skip_space(struct scan *s)
{
	const char *at = s->at;

	while (at < s->end && scan_is_space(*at))
		at++;
	s->at = at;
}

const char *scan_before_space(const char *from, const char *at)
{
	while (at > from && scan_is_space(at[-1]))
		at--;
	return at;
}

void scan_begin(struct scan *s, const char *text, size_t len, unsigned max_depth)
{
	s->at = text;
	s->end = text + len;
	s->depth = 0;
	s->max_depth = max_depth;
	s->failed = s->first = s->escaped = s->unrepresentable = false;
}

void scan_begin_document(struct scan *s, const char *text, size_t len, unsigned max_depth)
{
	static const char mark[] = "\xef\xbb\xbf";

	scan_begin(s, text, len, max_depth);
	if (len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0)
		s->at += sizeof mark - 1;
}

char scan_peek(struct scan *s)
{
	skip_space(s);
	return ahead(s);
}

static bool in_object(const struct scan *s)
{
	return s->object[s->depth / 8] >> s->depth % 8 & 1;
}

bool scan_enter(struct scan *s, char bracket)
{
	if (s->failed || scan_peek(s) != bracket)
		return false;
	if (s->depth >= s->max_depth || s->depth >= SCAN_DEPTH_MAX - 1)
		return fail(s);
	s->at++;
	s->depth++;
	unsigned char bit = (unsigned char)(1U << s->depth % 8), *byte = &s->object[s->depth / 8];
	*byte = (unsigned char)(bracket == '{' ? *byte | bit : *byte & ~bit);
	s->first = true;
	return true;
}

bool scan_into(struct scan *s, struct span value, char bracket)
{
	scan_begin(s, value.at, value.len, SCAN_DEPTH_MAX - 1);
	return scan_enter(s, bracket);
}

/* Returns the length of the UTF-8 sequence at `at` (RFC 3629: shortest form, no surrogates, up to
 * U+10FFFF), or 0 if there is no such sequence. */
static size_t utf8_length(const unsigned char *at, size_t left)
{
	unsigned char c = at[0], low = 0x80, high = 0xBF;
	size_t len;

	if (c >= 0xC2 && c <= 0xDF)
		len = 2;
	else if (c >= 0xE0 && c <= 0xEF)
		len = 3;
	else if (c >= 0xF0 && c <= 0xF4)
		len = 4;
	else
		return 0;
	if (c == 0xE0)
		low = 0xA0;
	else if (c == 0xED)
		high = 0x9F;
	else if (c == 0xF0)
		low = 0x90;
	else if (c == 0xF4)
		high = 0x8F;
	if (left < len || at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (at[i] < 0x80 || at[i] > 0xBF)
			return 0;
	return len;
}

bool scan_is_utf8(const char *text, size_t len)
{
	while (len > 0) {
		unsigned char c = (unsigned char)*text;
		size_t n = c < 0x80 ? 1 : utf8_length((const unsigned char *)text, len);
		if (n == 0)
			return false;
		text += n;
		len -= n;
	}
	return true;
}

/* Reads the four hexadecimal digits at `at`. Returns -1 if they are not there. */
static int hex4(const struct scan *s, const char *at)
{
	return s->end - at >= 4 ? number_hex(at, 4) : -1;
}

/* Steps over the escape whose backslash is the next character. */
static bool skip_escape(struct scan *s)
{
	char c = s->end - s->at > 1 ? s->at[1] : '\0';

	if (c == '\0')
		return fail(s);
	if (c != 'u') {
		if (strchr("\"\\/bfnrt", c) == NULL)
			return fail(s);
		s->at += 2;
		return true;
	}
	int unit = hex4(s, s->at + 2);
	if (unit < 0)
		return fail(s);
	s->at += 6;
	if (unit >= 0xD800 && unit <= 0xDBFF && s->end - s->at >= 6 && s->at[0] == '\\' &&
	    s->at[1] == 'u') {
		int second = hex4(s, s->at + 2);
		if (second >= 0xDC00 && second <= 0xDFFF) {
			s->at += 6;
			return true;
		}
	}
	if (unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF))
		s->unrepresentable = true;
	return true;
}

/* The ASCII characters that a string may hold without an escape: all from the space on, except the
 * quote and the backslash. */
static const bool plain[256] = {
    [' '] = true,
    ['!'] = true,
    ['#' ... '['] = true,
    [']' ... '\x7f'] = true,
};

static void skip_plain(struct scan *s)
{
	const char *at = s->at;

	while (at < s->end && plain[(unsigned char)*at])
		at++;
	s->at = at;
}

static bool skip_string(struct scan *s, struct span *written)
{
	const char *begin = ++s->at;

	s->escaped = false;
	for (;;) {
		skip_plain(s);
		if (s->at == s->end)
			return fail(s);
		if (*s->at == '"')
			break;
		if (*s->at == '\\') {
			s->escaped = true;
			if (!skip_escape(s))
				return false;
			continue;
		}
		size_t len = utf8_length((const unsigned char *)s->at, (size_t)(s->end - s->at));
		if (len == 0)
			return fail(s); /* also a raw control character */
		s->at += len;
	}
	if (written != NULL)
		*written = (struct span){begin, (size_t)(s->at - begin)};
	s->at++;
	return true;
}

static bool skip_digits(struct scan *s)
{
	const char *begin = s->at;

	while (number_is_digit(ahead(s)))
		s->at++;
	return s->at > begin || fail(s);
}

static bool skip_number(struct scan *s)
{
	s->at += ahead(s) == '-';
	if (ahead(s) == '0')
		s->at++;
	else if (!skip_digits(s))
		return false;
	if (ahead(s) == '.') {
		s->at++;
		if (!skip_digits(s))
			return false;
	}
	if (ahead(s) == 'e' || ahead(s) == 'E') {
		s->at++;
		s->at += ahead(s) == '+' || ahead(s) == '-';
		return skip_digits(s);
	}
	return true;
}

static bool skip_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return fail(s);
	s->at += len;
	return true;
}

bool scan_next(struct scan *s, struct span *name)
{
	if (s->failed || s->depth == 0)
		return false;
	bool object = in_object(s), first = s->first;
	char c = scan_peek(s);
	s->first = false;
	if (c == (object ? '}' : ']')) {
		s->at++;
		s->depth--;
		return false;
	}
	if (!first) {
		if (c != ',')
			return fail(s);
		s->at++;
		c = scan_peek(s);
	}
	if (!object)
		return true;
	if (c != '"')
		return fail(s);
	if (!skip_string(s, name))
		return false;
	if (scan_peek(s) != ':')
		return fail(s);
	s->at++;
	return true;
}

static bool skip_scalar(struct scan *s)
{
	switch (ahead(s)) {
	case '"':
		return skip_string(s, NULL);
	case 't':
		return skip_word(s, "true");
	case 'f':
		return skip_word(s, "false");
	case 'n':
		return skip_word(s, "null");
	default:
		return skip_number(s);
	}
}

bool scan_value(struct scan *s, struct span *value)
{
	unsigned outside = s->depth;

	if (s->failed)
		return false;
	skip_space(s);
	const char *begin = s->at;
	do {
		char c = scan_peek(s);
		if (!(c == '{' || c == '[' ? scan_enter(s, c) : skip_scalar(s)))
			return false;
		while (s->depth > outside && !scan_next(s, NULL))
			if (s->failed)
				return false;
	} while (s->depth > outside);
	if (value != NULL)
		*value = (struct span){begin, (size_t)(s->at - begin)};
	return true;
}

bool scan_finish(struct scan *s)
{
	skip_space(s);
	return !s->failed && s->depth == 0 && s->at == s->end;
}
