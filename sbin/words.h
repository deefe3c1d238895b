/* words: splits a line into words, as a shell does. */
#ifndef SSA_WORDS_H
#define SSA_WORDS_H

/* Splits a line in place at its spaces and tabs, with the quotes and the backslash of POSIX ("Shell
 * Command Language", 2.2). Returns the words up to a NULL, which the caller frees. A quote that is
 * not closed, or a backslash at the end, ends the program. */
char **words_split(char *line);

#endif
