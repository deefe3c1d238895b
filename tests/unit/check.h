/* check: assertions and tables for the unit tests, and main(). A program has some TEST(name) { … },
 * which run in this order, and prints what is false. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned check_made, check_false;

/* A row may contain any byte, so it is escaped. */
static inline void check_show(const char *row, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)row[i];
		printf(c >= 0x20 && c < 0x7f && c != '\\' ? "%c" : "\\x%02x", c);
	}
}

static inline bool check_claim(bool holds, const char *claim, const char *row, const char *file,
			       int line)
{
	check_made++;
	if (holds || ++check_false > 50)
		return holds;
	printf("%s:%d: false: %s", file, line, claim);
	if (row != NULL) {
		printf("   for: ");
		check_show(row, strlen(row));
	}
	putchar('\n');
	return false;
}

#define CHECK(claim)          check_claim((claim), #claim, NULL, __FILE__, __LINE__)
#define CHECK_ROW(claim, row) check_claim((claim), #claim, (row), __FILE__, __LINE__)

/* Compares bytes with a text. Where they differ, it prints both. */
static inline bool check_bytes(const char *at, size_t len, const char *want, const char *row,
			       const char *file, int line)
{
	bool same = len == strlen(want) && (len == 0 || memcmp(at, want, len) == 0);

	if (!check_claim(same, "it is as expected", row, file, line) && check_false <= 50) {
		printf("   expected: ");
		check_show(want, strlen(want));
		printf("\n   got:      ");
		check_show(at, len);
		putchar('\n');
	}
	return same;
}

static inline bool check_text(const char *text, const char *want, const char *row, const char *file,
			      int line)
{
	return check_bytes(text, strlen(text), want, row, file, line);
}

#define CHECK_BYTES(at, len, want, row) check_bytes((at), (len), (want), (row), __FILE__, __LINE__)
#define CHECK_TEXT(text, want, row)     check_text((text), (want), (row), __FILE__, __LINE__)

/* Each row of an array: `row` points to it. */
#define EACH(row, rows)                                                                            \
	for (__typeof__(&(rows)[0]) row = (rows);                                                  \
	     (size_t)(row - (rows)) < sizeof(rows) / sizeof(rows)[0]; row++)

/* Writes what it sees in a text. */
typedef void check_render(FILE *out, const char *given);

static inline void check_rendered(const char *given, const char *want, check_render *render,
				  const char *file, int line)
{
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	render(out, given);
	fclose(out);
	check_bytes(got, len, want, given, file, line);
	free(got);
}

#define CHECK_RENDERED(given, want, render)                                                        \
	check_rendered((given), (want), (render), __FILE__, __LINE__)

/* A table of what is given, and what should be written of it. */
typedef const char *const check_pair[2];
#define CHECK_PAIRS(rows, render)                                                                  \
	EACH(check_row, rows)                                                                      \
	CHECK_RENDERED((*check_row)[0], (*check_row)[1], render)

/* A table of what should be written, and words with spaces between, of each of which it is. */
#define CHECK_WORDS(rows, render)                                                                  \
	EACH(check_row, rows)                                                                      \
		EACH_WORD(check_given, (*check_row)[1])                                            \
	CHECK_RENDERED(check_given, (*check_row)[0], render)

/* The next item of a list, which is valid until the next call. NULL: that was the last. */
static inline const char *check_item(const char **list, char separator)
{
	static char item[512];
	size_t len = strcspn(*list, (char[]){separator, '\0'});

	snprintf(item, sizeof item, "%.*s", (int)len, *list);
	*list += len + ((*list)[len] == separator);
	return len > 0 ? item : NULL;
}

#define EACH_ITEM(item, list, separator)                                                           \
	for (const char *item##_left = (list), *item;                                              \
	     (item = check_item(&item##_left, (separator))) != NULL;)
#define EACH_WORD(word, list) EACH_ITEM(word, list, ' ')

/* JSON is written with single quotes here. This returns it with double ones, until the eighth next
 * call. */
static inline const char *quoted(const char *text)
{
	static char texts[8][4096];
	static unsigned next;
	char *out = texts[next++ % 8];

	snprintf(out, sizeof texts[0], "%s", text);
	for (char *quote = out; (quote = strchr(quote, '\'')) != NULL;)
		*quote = '"';
	return out;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void (*check_tests[32])(void);
static size_t check_count;

#define TEST(name)                                                                                 \
	static void test_##name(void);                                                             \
	__attribute__((constructor)) static void register_##name(void)                             \
	{                                                                                          \
		check_tests[check_count++] = test_##name;                                          \
	}                                                                                          \
	static void test_##name(void)

/* A program without an assertion has not tested anything, so it fails. */
int main(void)
{
	for (size_t i = 0; i < check_count; i++)
		check_tests[i]();
	printf("%u claims, %u false\n", check_made, check_false);
	return check_made > 0 && check_false == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
