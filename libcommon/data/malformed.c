#include "data/malformed.h"
#include "core/json.h"

#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 32 };

static void say(char why[static MALFORMED_WHY_SIZE], const char *words)
{
	snprintf(why, MALFORMED_WHY_SIZE, "%s", words);
}

/* Tells by its first bytes what a text is that is not UTF-8. */
static const char *encoding_of(const char *text, size_t len)
{
	static const struct {
		const char *begin;
		size_t len;
		const char *words;
	} encodings[] = {
	    {"\xff\xfe", 2, "UTF-16, not UTF-8: save it as UTF-8"},
	    {"\xfe\xff", 2, "UTF-16, not UTF-8: save it as UTF-8"},
	    {"[\0", 2, "UTF-16, not UTF-8: save it as UTF-8"},
	    {"{\0", 2, "UTF-16, not UTF-8: save it as UTF-8"},
	    {"\0", 1, "UTF-16, not UTF-8: save it as UTF-8"},
	    {"\x1f\x8b", 2, "compressed by gzip: unpack it"},
	    {"PK\x03\x04", 4, "compressed by zip: unpack it"},
	    {"\x28\xb5\x2f\xfd", 4, "compressed by zstd: unpack it"},
	};

	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
		if (len >= encodings[i].len &&
		    memcmp(text, encodings[i].begin, encodings[i].len) == 0)
			return encodings[i].words;
	return NULL;
}

/* Whether a character of more than one byte begins here. */
static bool is_character(const char *at, const char *end)
{
	for (size_t len = 2; len <= 4 && len <= (size_t)(end - at); len++)
		if (scan_is_utf8(at, len))
			return true;
	return false;
}

/* Tells where the scan stopped, and the usual reason. */
static void tell_place(const char *text, size_t len, const struct scan *s,
		       char why[static MALFORMED_WHY_SIZE])
{
	unsigned line = 1, column = 1;
	const char *end = text + len, *reason = "";
	const char *before = scan_before_space(text, s->at);
	char next = s->at < end ? *s->at : '\0';

	if (next == '#' || (s->at + 1 < end && next == '/' && (s->at[1] == '/' || s->at[1] == '*')))
		reason = "JSON has no comments, take it out";
	else if (s->at == end)
		reason = "the text ends too early";
	else if ((unsigned char)next >= 0x80)
		reason = is_character(s->at, end)
			     ? "a character that may only be in a string"
			     : "a byte that is not UTF-8, save the file as UTF-8";
	else if ((next == ']' || next == '}') && before > text && before[-1] == ',')
		reason = "a comma with nothing after it, take it out";
	else if (next == '\'')
		reason = "JSON has double quotes";
	for (const char *at = text; at < s->at; at++, column++)
		if (*at == '\n') {
			line++;
			column = 0;
		}
	snprintf(why, MALFORMED_WHY_SIZE,
		 *reason ? "not JSON at line %u, column %u: %s" : "not JSON at line %u, column %u",
		 line, column, reason);
}

/* Whether the text is one object after another (https://github.com/ndjson/ndjson-spec). */
static bool is_ndjson(const char *text, size_t len)
{
	struct scan s;

	scan_begin_document(&s, text, len, SCAN_DEPTH_MAX - 1);
	return scan_peek(&s) == '{' && scan_value(&s, NULL) && scan_peek(&s) == '{';
}

static bool is_word(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_'))
			return false;
	}
	return name.len > 0 && name.len <= WORD_MAX;
}

/* The text is one object: a record, or something around the array of records. */
static void tell_object(struct scan *s, const char *key, char why[static MALFORMED_WHY_SIZE])
{
	struct span name, array = {NULL, 0};
	bool record = false;

	scan_enter(s, '{');
	while (scan_next(s, &name)) {
		record = record || json_equals(name, key, strlen(key));
		if (array.at == NULL && scan_peek(s) == '[')
			array = name;
		if (!scan_value(s, NULL))
			break;
	}
	if (record) {
		say(why, "one record, not an array of records: put it between [ and ]");
	} else if (array.at == NULL) {
		say(why, "an object, not an array of records: write the records between [ and ]");
	} else if (is_word(array)) {
		char member[WORD_MAX + 1] = "";
		memcpy(member, array.at, array.len);
		snprintf(why, MALFORMED_WHY_SIZE,
			 "an object with an array: only that array belongs in the file, as "
			 "`jq .%s` writes it",
			 member);
	} else {
		say(why, "an object with an array: only that array belongs in the file");
	}
}

void malformed_tell(const char *text, size_t len, const char *key,
		    char why[static MALFORMED_WHY_SIZE])
{
	const char *encoding = encoding_of(text, len);
	struct scan begin, s;

	scan_begin_document(&begin, text, len, SCAN_DEPTH_MAX - 1);
	char first = scan_peek(&begin);
	s = begin;
	if (encoding != NULL)
		say(why, encoding);
	else if (s.at == s.end)
		say(why, "empty: write [] for no records");
	else if (is_ndjson(text, len))
		say(why, "one object after another (NDJSON), not an array of records: `jq -s .` "
			 "makes one");
	else if (!scan_value(&s, NULL) || !scan_finish(&s))
		tell_place(text, len, &s, why);
	else if (first == '{')
		tell_object(&begin, key, why);
	else if (first == 'n')
		say(why, "null, not an array of records: write [] for no records");
	else
		say(why, "a single value, not an array of records");
}
