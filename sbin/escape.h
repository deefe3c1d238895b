/* escape: writes text from files and from Redis so that it cannot command a terminal or hide. */
#ifndef SSA_ESCAPE_H
#define SSA_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* Writes a text to `to` (NULL: nowhere) and returns its width on a terminal, if every character is
 * one column wide. What commands a terminal, or cannot be seen, such as a character that turns the
 * direction of writing, is written as \xNN or \u{NNNN}. */
size_t escape_write(const char *text, FILE *to);

/* Writes JSON, in whose strings what cannot be seen becomes \uNNNN. */
void escape_json(const char *json, FILE *to);

#endif
