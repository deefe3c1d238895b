#include "core/walk.h"

#include <string.h>

static const char *skip_space(const char *at)
{
	while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
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

static const char *value_end(const char *at)
{
	if (*at == '"')
		return string_end(at + 1) + 1;
	return *at == '{' || *at == '[' ? container_end(at) : word_end(at);
}

/* At the opening quote of a name. */
static void take(const char *at, struct walk_member *m)
{
	const char *end = special(at + 1);

	m->escaped = *end == '\\';
	end = string_end(end);
	m->name = (struct span){at + 1, (size_t)(end - at - 1)};
	at = skip_space(skip_space(end + 1) + 1); /* the colon */
	m->value = (struct span){at, (size_t)(value_end(at) - at)};
}

bool walk_first(struct span object, struct walk_member *m)
{
	const char *at = skip_space(object.at + 1);

	if (*at != '"')
		return false;
	take(at, m);
	return true;
}

bool walk_next(struct walk_member *m)
{
	const char *at = skip_space(m->value.at + m->value.len);

	if (*at != ',')
		return false;
	take(skip_space(at + 1), m);
	return true;
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
