#include "words.h"
#include "ctl.h"

#include <string.h>

/* Removes the quotes from the word at *at, ends it, and moves *at behind it. */
static void end_word(char **at)
{
	char *from = *at, *to = *at, quote = '\0';

	for (; *from != '\0' && (quote != '\0' || strchr(" \t", *from) == NULL); from++)
		if (*from == quote)
			quote = '\0';
		else if (quote == '\0' && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from != '\\' || quote == '\'' ||
			 (quote == '"' && !strchr("\"\\$`", from[1])))
			*to++ = *from;
		else if (from[1] == '\0')
			ctl_end(CTL_USAGE, "a backslash at the end of the line");
		else
			*to++ = *++from;
	*at = *from != '\0' ? from + 1 : from;
	*to = '\0';
	if (quote != '\0')
		ctl_end(CTL_USAGE, "a quote that is not closed");
}

char **words_split(char *line)
{
	/* Two words have at least one character and a space. */
	char **words = ctl_allocate(strlen(line) / 2 + 1, sizeof *words);
	size_t count = 0;

	for (char *at = line; *(at += strspn(at, " \t")) != '\0';) {
		words[count++] = at;
		end_word(&at);
	}
	return words;
}
