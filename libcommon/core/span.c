#include "core/span.h"

bool span_next(struct span *list, char separator, struct span *item)
{
	if (list->at == NULL)
		return false;
	const char *end = memchr(list->at, separator, list->len);
	item->at = list->at;
	item->len = end != NULL ? (size_t)(end - list->at) : list->len;
	*list = end != NULL ? (struct span){end + 1, list->len - item->len - 1}
			    : (struct span){NULL, 0};
	return true;
}

bool span_take(struct span *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text->len < len || memcmp(text->at, prefix, len) != 0)
		return false;
	*text = (struct span){text->at + len, text->len - len};
	return true;
}

int span_order(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int difference = len > 0 ? memcmp(a.at, b.at, len) : 0;

	return difference != 0 ? difference : (a.len > b.len) - (a.len < b.len);
}

struct span span_trim(struct span text, const char *characters)
{
	size_t count = strlen(characters);

	while (text.len > 0 && memchr(characters, *text.at, count) != NULL)
		text = (struct span){text.at + 1, text.len - 1};
	while (text.len > 0 && memchr(characters, text.at[text.len - 1], count) != NULL)
		text.len--;
	return text;
}

uint32_t span_hash(struct span text)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.at[i]) * 16777619U;
	return hash;
}
