#include "escape.h"
#include "core/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Characters that cannot be seen, or change how the text around them is seen: those that command a
 * terminal, turn the direction of writing (U+202E), have no width, look like a space, or are for
 * private use. Each pair is the first and the last of a range. */
static const uint32_t invisible[][2] = {
    {0x0000, 0x001F},   {0x007F, 0x00A0},   {0x00AD, 0x00AD},   {0x034F, 0x034F},
    {0x061C, 0x061C},   {0x070F, 0x070F},   {0x115F, 0x1160},   {0x1680, 0x1680},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},   {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xE000, 0xF8FF},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159}, {0x1D173, 0x1D17A}, {0xE0000, 0x10FFFF},
};

static bool is_invisible(uint32_t character)
{
	for (size_t i = 0; i < sizeof invisible / sizeof invisible[0]; i++)
		if (character >= invisible[i][0] && character <= invisible[i][1])
			return true;
	return false;
}

/* Reads a character from UTF-8, and moves *at behind it. A byte that is not UTF-8 is one of its
 * own, from U+DC80 on, as Python writes it. */
static uint32_t next_character(const char **at)
{
	const unsigned char *c = (const unsigned char *)*at;
	size_t len = c[0] < 0xC2 ? 1 : c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : c[0] < 0xF5 ? 4 : 1;
	uint32_t character = len == 1 ? c[0] : c[0] & (0x7FU >> len);

	if (c[0] != '\0' && !scan_is_utf8(*at, strnlen(*at, len))) {
		*at += 1;
		return 0xDC00 + c[0];
	}
	for (size_t i = 1; i < len; i++)
		character = character << 6 | (c[i] & 0x3F);
	*at += len;
	return character;
}

size_t escape_write(const char *text, FILE *to)
{
	char escaped[16];
	size_t width = 0;

	while (*text != '\0') {
		const char *from = text;
		uint32_t character = next_character(&text);
		bool raw = character >= 0xDC80 && character <= 0xDCFF;
		if (!raw && !is_invisible(character)) {
			if (to != NULL)
				fwrite(from, 1, (size_t)(text - from), to);
			width++;
			continue;
		}
		width += (size_t)snprintf(escaped, sizeof escaped,
					  raw || character < 0x100 ? "\\x%02x" : "\\u{%04x}",
					  (unsigned)(raw ? character - 0xDC00 : character));
		if (to != NULL)
			fputs(escaped, to);
	}
	return width;
}

/* Writes JSON, in which characters beyond ASCII are only in strings. There, what cannot be seen is
 * escaped, too. */
void escape_json(const char *json, FILE *to)
{
	while (*json != '\0') {
		const char *from = json;
		uint32_t character = next_character(&json);
		if (character < 0x80 || !is_invisible(character))
			fwrite(from, 1, (size_t)(json - from), to);
		else if (character < 0x10000)
			fprintf(to, "\\u%04x", (unsigned)character);
		else
			fprintf(to, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (character >> 10)),
				(unsigned)(0xDC00 + (character & 0x3FF)));
	}
}
