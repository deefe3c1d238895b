#include "http/flags.h"
#include "core/percent.h"

#include <stdio.h>

/* Decodes a part of the query into a string. false: it is too long for a flag, or is no text. */
static bool decode(struct span from, char *out, size_t size)
{
	size_t len;

	if (!percent_decode(from, true, out, size - 1, &len) || memchr(out, '\0', len) != NULL)
		return false;
	out[len] = '\0';
	return true;
}

/* Returns the number of the flag, or FLAGS_MAX if there is no such flag. */
static unsigned find(const char *const names[static FLAGS_MAX], const char *name)
{
	unsigned i = 0;

	while (i < FLAGS_MAX && (names[i] == NULL || strcmp(names[i], name) != 0))
		i++;
	return i;
}

/* A flag is bare, =1 or =true. */
static bool read_flag(struct span parameter, const char *const names[static FLAGS_MAX],
		      unsigned *set)
{
	char name[16], value[16] = "1";
	struct span name_at;

	span_next(&parameter, '=', &name_at);
	if (span_is(name_at, "_", 1))
		return true;
	if (!decode(name_at, name, sizeof name) ||
	    (parameter.at != NULL && !decode(parameter, value, sizeof value)))
		return false;
	unsigned i = find(names, name);
	*set |= 1U << i;
	return i < FLAGS_MAX && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

bool flags_read(const char *query, const char *const names[static FLAGS_MAX], unsigned *set,
		char why[static FLAGS_WHY_SIZE])
{
	struct span parameters = span_of(query), parameter;

	*set = 0;
	while (span_next(&parameters, '&', &parameter)) {
		if (parameter.len == 0 || read_flag(parameter, names, set))
			continue;
		if (names[0] == NULL)
			snprintf(why, FLAGS_WHY_SIZE, "no query parameter is understood here");
		else if (names[1] == NULL)
			snprintf(why, FLAGS_WHY_SIZE,
				 "the only query parameter here is %s: bare, =1 or =true",
				 names[0]);
		else
			snprintf(why, FLAGS_WHY_SIZE,
				 "the query parameters here are %s and %s: bare, =1 or =true",
				 names[0], names[1]);
		return false;
	}
	return true;
}
