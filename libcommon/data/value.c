#include "data/value.h"
#include "core/json.h"

enum value_kind value_kind(struct span written)
{
	if (written.at == NULL)
		return VALUE_MISSING;
	switch (*written.at) {
	case '"':
		return VALUE_TEXT;
	case 't':
		return VALUE_TRUE;
	case 'f':
		return VALUE_FALSE;
	case 'n':
		return VALUE_NULL;
	case '{':
	case '[':
		return VALUE_COMPOUND;
	default:
		return VALUE_NUMBER;
	}
}

void value_scratch_begin(struct value_scratch *scratch, size_t bytes)
{
	scratch->left = bytes;
	scratch->spent = false;
	scratch->decoded = (struct text){.len = 0};
}

void value_scratch_free(struct value_scratch *scratch)
{
	text_free(&scratch->decoded);
}

bool value_spend(struct value_scratch *scratch, size_t bytes)
{
	scratch->spent = scratch->spent || bytes > scratch->left;
	scratch->left -= scratch->spent ? scratch->left : bytes;
	return !scratch->spent;
}

void value_read(struct value *v, struct span written, struct value_scratch *scratch)
{
	v->kind = value_kind(written);
	v->text = written;
	value_spend(scratch, written.len);
	if (v->kind == VALUE_NUMBER)
		decimal_read(&v->number, written);
	else if (v->kind == VALUE_TEXT)
		v->text = json_unescape((struct span){written.at + 1, written.len - 2},
					&scratch->decoded);
}
