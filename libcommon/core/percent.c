#include "core/percent.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool percent_decode(struct span from, bool form, char *out, size_t size, size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < from.len; i++) {
		char c = from.at[i];
		if (c == '%') {
			int high = from.len - i > 2 ? hex_digit(from.at[i + 1]) : -1;
			int low = high >= 0 ? hex_digit(from.at[i + 2]) : -1;
			if (low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && form) {
			c = ' ';
		}
		if (*len == size)
			return false;
		out[(*len)++] = c;
	}
	return true;
}

void percent_add(struct text *out, struct span query)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < query.len; i++) {
		unsigned char c = (unsigned char)query.at[i];
		if (c > ' ' && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL)
			text_add(out, query.at + i, 1);
		else
			text_add(out, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
	}
}
