#include "core/nearest.h"

#include <string.h>

enum { NAME_MAX = 32 };

/* Writes what counts of a name, each character as one byte. Returns its length, or NAME_MAX if it
 * is longer than any name that it is compared with. */
static size_t fold(struct span name, char out[static NAME_MAX])
{
	size_t len = 0;

	name = span_trim(name, " \t\n\v\f\r");
	for (size_t i = 0; i < name.len && len < NAME_MAX; i++) {
		char c = name.at[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		/* Of a UTF-8 character, only the first byte is written. */
		if (c != '_' && c != '-' && ((unsigned char)c & 0xC0) != 0x80)
			out[len++] = c;
	}
	return len;
}

/* Whether at most one change turns one text into the other. */
static bool is_one_change(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t same = 0;

	while (same < a_len && same < b_len && a[same] == b[same])
		same++;
	a += same, a_len -= same;
	b += same, b_len -= same;
	if (a_len == b_len)
		return a_len == 0 || memcmp(a + 1, b + 1, a_len - 1) == 0 ||
		       (a_len > 1 && a[0] == b[1] && a[1] == b[0] &&
			memcmp(a + 2, b + 2, a_len - 2) == 0);
	if (a_len == b_len + 1)
		return memcmp(a + 1, b, b_len) == 0;
	return b_len == a_len + 1 && memcmp(a, b + 1, a_len) == 0;
}

bool nearest_is_slip(struct span typed, const char *name)
{
	char folded[NAME_MAX];
	size_t name_len = strlen(name);

	if (span_is(typed, name, name_len))
		return false;
	return is_one_change(folded, fold(typed, folded), name, name_len);
}

bool nearest_is_same(struct span typed, const char *name)
{
	char a[NAME_MAX], b[NAME_MAX];
	size_t len = fold(typed, a);

	return len == fold(span_of(name), b) && memcmp(a, b, len) == 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The number of changes that turn a into b (optimal string alignment). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[NAME_MAX + 1][NAME_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		for (size_t j = 0; j <= b_len; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = i + j;
				continue;
			}
			size_t changes = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			changes = least(changes, least(rows[i - 1][j], rows[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				changes = least(changes, rows[i - 2][j - 2] + 1);
			rows[i][j] = changes;
		}
	return rows[a_len][b_len];
}

const char *nearest_of(const char *typed, const char *const names[])
{
	char a[NAME_MAX], b[NAME_MAX];
	size_t len = fold(span_of(typed), a), best = len / 3 + 1;
	const char *nearest = NULL;

	for (; *names != NULL; names++) {
		size_t changes = distance(a, len, b, fold(span_of(*names), b));
		if (changes < best) {
			best = changes;
			nearest = *names;
		}
	}
	return nearest;
}
