#include "redis/tag.h"
#include "core/crypto.h"

#include <stddef.h>
#include <string.h>

void tag_numbered(char tag[static TAG_LEN + 1], unsigned number)
{
	static const char base64url[] = CRYPTO_BASE64URL;

	for (int i = TAG_LEN; i-- > 0; number /= 64)
		tag[i] = base64url[number % 64];
	tag[TAG_LEN] = '\0';
}

void tag_key(char key[static TAG_KEY_SIZE], const char *tag, const char *name)
{
	char *at = stpcpy(key, TAG_BEFORE);

	memcpy(at, tag, TAG_LEN);
	at = stpcpy(at + TAG_LEN, "}:");
	strcpy(at, name);
}

/* CRC-16/XMODEM, which the specification of Redis Cluster asks for. */
static unsigned crc16(const char *text, size_t len)
{
	unsigned crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned)(unsigned char)text[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xFFFF;
	}
	return crc;
}

int tag_slot(const char *key)
{
	const char *open = strchr(key, '{'), *close = open ? strchr(open, '}') : NULL;

	return close != NULL ? (int)(crc16(open + 1, (size_t)(close - open - 1)) % TAG_SLOTS) : -1;
}
