#include "data/walk.h"
#include "core/scan.h"

#include <string.h>

static const char *skip_space(const char *at)
{
	while (scan_is_space(*at))
		at++;
	return at;
}

/* The next quote or backslash. */
static const char *special(const char *at)
{
	while (*at != '"' && *at != '\\')
		at++;
	return at;
}

/* From behind the opening quote to the closing one. */
static const char *string_end(const char *at)
{
	for (at = special(at); *at != '"'; at = special(at + 2))
		;
	return at;
}

/* From the first character of a number, true, false or null to behind its last. */
static const char *word_end(const char *at)
{
	while ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || *at == '.' ||
	       *at == '-' || *at == '+' || *at == 'E')
		at++;
	return at;
}

/* Brackets of both kinds nest properly, so counting them together is enough. */
static const char *container_end(const char *at)
{
	unsigned depth = 0;

	do {
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		else if (*at == '"')
			at = string_end(at + 1);
		at++;
	} while (depth > 0);
	return at;
}

const char *walk_end(const char *at)
{
	if (*at == '"')
		return string_end(at + 1) + 1;
	return *at == '{' || *at == '[' ? container_end(at) : word_end(at);
}

bool walk_enter(const char **at)
{
	*at = skip_space(*at + 1);
	if (**at != ']' && **at != '}')
		return true;
	++*at;
	return false;
}

bool walk_more(const char **at)
{
	const char *next = skip_space(*at);
	bool more = *next == ',';

	*at = more ? skip_space(next + 1) : next + 1;
	return more;
}

struct span walk_name(const char **at, bool *escaped)
{
	const char *begin = *at + 1, *end = special(begin);

	*escaped = *end == '\\';
	end = string_end(end);
	*at = skip_space(skip_space(end + 1) + 1); /* the colon */
	return (struct span){begin, (size_t)(end - begin)};
}

bool walk_scalar(const char **at, const char *end, struct span *value)
{
	while (*at < end) {
		const char *begin = *at;
		if (*begin == '"') {
			*at = string_end(begin + 1) + 1;
			*value = (struct span){begin, (size_t)(*at - begin)};
			if (*at >= end || *skip_space(*at) != ':')
				return true;
		} else if (word_end(begin) > begin) {
			*at = word_end(begin);
			*value = (struct span){begin, (size_t)(*at - begin)};
			if (*begin != 'n')
				return true;
		} else {
			(*at)++;
		}
	}
	return false;
}
