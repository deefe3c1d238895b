#include "core/percent.h"
#include "core/number.h"

bool percent_decode(struct span from, bool form, char *out, size_t size, size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < from.len; i++) {
		char c = from.at[i];
		if (c == '%') {
			int byte = from.len - i > 2 ? number_hex(from.at + i + 1, 2) : -1;
			if (byte < 0)
				return false;
			c = (char)byte;
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
	static const char hex[] = "0123456789ABCDEF"; /* capitals: RFC 3986, 2.1 */

	for (size_t i = 0; i < query.len; i++) {
		unsigned char c = (unsigned char)query.at[i];
		if (c > ' ' && c < 0x7f && strchr("\"<>\\^`{|}", c) == NULL)
			text_add(out, query.at + i, 1);
		else
			text_add(out, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
	}
}
