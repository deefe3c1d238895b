#include "csv.h"

#include <stdbool.h>
#include <string.h>

/* Whether a formula begins here: = + - @, or one of them as a full-width character. */
static bool is_formula(const char *text)
{
	static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};

	text += strspn(text, " '");
	for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
		if (strncmp(text, wide[i], strlen(wide[i])) == 0)
			return true;
	return *text != '\0' && strchr("=+-@", *text) != NULL;
}

static const char separators[] = ";,|\t\r\n";

/* Whether a formula begins here or behind a separator, or a line break makes a row of the rest. */
static bool is_dangerous(const char *text)
{
	bool found = is_formula(text) || strpbrk(text, "\t\r\n") != NULL;

	for (; *text != '\0' && !found; text++)
		found = strchr(separators, *text) != NULL && is_formula(text + 1);
	return found;
}

void csv_cell(struct text *out, const char *text)
{
	bool quotes = strpbrk(text, "\"") != NULL || strpbrk(text, separators) != NULL;

	text_string(out, quotes ? "\"" : "");
	text_string(out, is_dangerous(text) ? "'" : "");
	for (; *text != '\0'; text++) {
		text_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
		if (strchr(separators, *text) != NULL && is_formula(text + 1))
			text_string(out, "'");
	}
	text_string(out, quotes ? "\"" : "");
}
