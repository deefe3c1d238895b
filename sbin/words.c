#include "words.h"

#include <stdlib.h>
#include <string.h>

/* Takes the quotes out of the word at *at, ends it, and moves *at behind it. false: a quote has no
 * end. */
static int take_word(char **at)
{
	char *from = *at, *to = *at, quote = '\0';

	for (; *from != '\0' && (quote != '\0' || strchr(" \t\r\n", *from) == NULL); from++)
		if (*from == quote)
			quote = '\0';
		else if (quote == '\0' && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from == '\\' && quote != '\'' && from[1] != '\0' && from[1] != '\n')
			*to++ = *++from;
		else
			*to++ = *from;
	*at = *from != '\0' ? from + 1 : from;
	*to = '\0';
	return quote == '\0';
}

char **words_split(char *line)
{
	/* Two words have at least one character and a space. */
	char **words = calloc(strlen(line) / 2 + 2, sizeof *words);
	size_t count = 0;

	for (char *at = line; words != NULL && *(at += strspn(at, " \t\r\n")) != '\0';) {
		words[count++] = at;
		if (!take_word(&at)) {
			free(words);
			return NULL;
		}
	}
	return words;
}
