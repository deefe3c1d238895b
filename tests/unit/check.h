/* check: assertions for the unit tests. A program calls CHECK, prints the assertions that fail, and
 * ends with `return check_done();`. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned check_made, check_false;

/* A row may contain any byte, so it is escaped. */
static inline void check_show(const char *row)
{
	printf("   for: ");
	for (const unsigned char *c = (const unsigned char *)row; *c != '\0'; c++)
		printf(*c >= 0x20 && *c < 0x7f && *c != '\\' ? "%c" : "\\x%02x", *c);
}

static inline bool check_claim(bool holds, const char *claim, const char *row, const char *file,
			       int line)
{
	check_made++;
	if (holds || ++check_false > 50)
		return holds;
	printf("%s:%d: false: %s", file, line, claim);
	if (row != NULL)
		check_show(row);
	putchar('\n');
	return false;
}

#define CHECK(claim)          check_claim((claim), #claim, NULL, __FILE__, __LINE__)
#define CHECK_ROW(claim, row) check_claim((claim), #claim, (row), __FILE__, __LINE__)

/* The exit status. A program without an assertion has not tested anything, so it fails. */
static inline int check_done(void)
{
	printf("%u claims, %u false\n", check_made, check_false);
	return check_made > 0 && check_false == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
