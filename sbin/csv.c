#include "csv.h"

#include <stdio.h>
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

/* Takes away each ' that csv_print has put in. */
static void remove_marks(char *text)
{
	char *to = text;

	for (text += *text == '\'' && is_dangerous(text + 1); *text != '\0'; text++) {
		*to++ = *text;
		text +=
		    strchr(separators, *text) != NULL && text[1] == '\'' && is_formula(text + 2);
	}
	*to = '\0';
}

static bool ends_line(char c)
{
	return c == '\n' || c == '\r';
}

char *csv_next(struct csv *c, bool *last)
{
	char *cell = c->at, *to = c->at;
	bool quoted = *c->at == '"', open = quoted;

	c->fault = NULL;
	if (!quoted && cell[strspn(cell, " \t")] == '"' && c->separator != '\t')
		c->fault = "a quote that is not the first character of its cell";
	c->at += quoted;
	for (; c->at < c->end && (open || (*c->at != c->separator && !ends_line(*c->at)));
	     c->at++) {
		if (open && *c->at == '"' && c->at[1] != '"') {
			open = false;
			continue;
		}
		if (quoted && !open)
			c->fault = "text behind the closing quote of a cell";
		c->at += open && *c->at == '"';
		c->line += *c->at == '\n';
		*to++ = *c->at;
	}
	if (open)
		return NULL;
	*last = c->at == c->end || ends_line(*c->at);
	if (c->at < c->end) {
		c->line += *last;
		c->at += *c->at == '\r' && c->at[1] == '\n' ? 2 : 1;
	}
	*to = '\0';
	remove_marks(cell);
	return cell;
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
