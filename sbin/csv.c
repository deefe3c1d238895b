#include "csv.h"

#include <stdio.h>
#include <string.h>

char *csv_next(struct csv *c, bool *last)
{
	char *cell = c->at, *to = c->at;
	bool quoted = c->at < c->end && *c->at == '"';

	c->at += quoted;
	for (; c->at < c->end; c->at++) {
		if (quoted && *c->at == '"') {
			if (c->at + 1 == c->end || c->at[1] != '"') {
				quoted = false;
				continue;
			}
			c->at++;
		} else if (!quoted && (*c->at == c->separator || *c->at == '\n')) {
			break;
		}
		c->line += *c->at == '\n';
		*to++ = *c->at;
	}
	if (quoted)
		return NULL;
	*last = c->at >= c->end || *c->at == '\n';
	c->line += c->at < c->end && *c->at == '\n';
	c->at += c->at < c->end;
	if (*last && to > cell && to[-1] == '\r')
		to--;
	*to = '\0';
	return cell;
}

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

void csv_print(const char *text)
{
	bool quotes = strpbrk(text, "\"") != NULL || strpbrk(text, separators) != NULL;

	if (quotes)
		putchar('"');
	if (is_dangerous(text))
		putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
		if (strchr(separators, *text) != NULL && is_formula(text + 1))
			putchar('\'');
	}
	if (quotes)
		putchar('"');
}
