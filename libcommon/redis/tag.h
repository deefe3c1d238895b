/* tag: the text in braces in a key, by which Redis Cluster places the key ("hash tags" of the Redis
 * Cluster specification). Keys with the same tag are on the same node. All keys of this program are
 * ssa:{TAG}:…, with TAG_LEN characters of base64url. The TAG_COUNT tags reach every slot. */
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

/* Returns the slot of a key, CRC16(text in braces) mod TAG_SLOTS, or -1 if it has no braces. */
int tag_slot(const char *key);

#endif
