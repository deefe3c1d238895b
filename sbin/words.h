/* words: splits a line into words, as a shell does. */
#ifndef SSA_WORDS_H
#define SSA_WORDS_H

/* Splits the line in place at its white space. Between single quotes each character stands for
 * itself; between double quotes, and outside, so does the one behind a backslash. Returns the words
 * up to a NULL, which the caller frees. A quote without its end ends the program. */
char **words_split(char *line);

#endif
