/* tag: the text in braces in a key, by which Redis Cluster places the key ("hash tags" of the Redis
 * Cluster specification). Keys with the same tag are in the same slot, so on the same node. All
 * keys of this program are ssa:{TAG}:…, with a tag of TAG_LEN characters of base64url. The
 * TAG_COUNT tags reach every slot. */
#ifndef SSA_TAG_H
#define SSA_TAG_H

enum { TAG_LEN = 3, TAG_COUNT = 64 * 64 * 64, TAG_SLOTS = 16384 };

/* What a key begins with, up to its tag. */
#define TAG_BEFORE "ssa:{"

/* Writes the key ssa:{TAG}:NAME. Only the first TAG_LEN characters of `tag` count. */
enum { TAG_KEY_SIZE = sizeof TAG_BEFORE "tag}:" + 6 };
void tag_key(char key[static TAG_KEY_SIZE], const char *tag, const char *name);

/* Writes one of the TAG_COUNT possible tags, as a string. */
void tag_numbered(char tag[static TAG_LEN + 1], unsigned number);

/* The slot of a key: CRC16(text in braces) mod TAG_SLOTS. -1: the text has no braces, so it is no
 * key of this program. */
int tag_slot(const char *key);

#endif
