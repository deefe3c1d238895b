#include "core/number.h"

bool number_read(struct span text, unsigned long long most, unsigned long long *out)
{
	return number_take(&text, out) && text.len == 0 && *out <= most;
}

int number_hex(const char *at, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++) {
		char c = at[i], letter = (char)(c | 0x20);
		if (number_is_digit(c))
			sum = sum * 16 + (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			sum = sum * 16 + (letter - 'a' + 10);
		else
			return -1;
	}
	return sum;
}
