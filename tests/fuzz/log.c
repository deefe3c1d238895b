/* The log's escaping. The input is the event, then the values of the keys, each with a zero byte
 * at its end. */
#include "core/log.h"
#include "fuzz.h"

enum { PAIRS = 10, VALUE_MAX = 256 };

/* Reads a value back from the line. Returns NULL if it is not there in the right form. */
static const char *follow(const char *at, const char *value)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t n = 0; *value && n < VALUE_MAX; value++, n++) {
		unsigned char c = (unsigned char)*value;
		if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
			if (*at++ != *value)
				return NULL;
		} else {
			if (at[0] != '\\' || at[1] != 'x' || at[2] != hex[c >> 4] ||
			    at[3] != hex[c & 15])
				return NULL;
			at += 4;
		}
	}
	return at;
}

/* If the line was long enough, it has each value, at most its first 256 bytes, and nothing else. */
static void check_line(const char *event, char *const value[PAIRS], const char *const key[PAIRS])
{
	const char *at = strstr(fuzz_log_line, "]: ");
	bool first = true;

	CLAIM(at != NULL && (at = follow(at + 3, event)) != NULL);
	for (int i = 0; i < PAIRS; i++) {
		size_t len = strlen(key[i]);
		if (*value[i] == '\0')
			continue;
		CLAIM(strncmp(at, first ? "; " : " ", first ? 2 : 1) == 0);
		at += first ? 2 : 1;
		first = false;
		CLAIM(strncmp(at, key[i], len) == 0 && at[len] == '=');
		at += len + 1;
		bool bare = strcmp(key[i], "rhost") == 0 && strchr(value[i], ' ') == NULL;
		CLAIM(bare || *at++ == '"');
		at = follow(at, value[i]);
		CLAIM(at != NULL && (bare || *at++ == '"'));
	}
	CLAIM(strcmp(at, "\n") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const key[PAIRS] = {"rhost",  "user",    "reason", "ticket", "method",
					       "status", "seventh", "eighth", "ninth",  "tenth"};
	struct bytes in = {data, size};
	char *event = fuzz_string(&in, 0), *v[PAIRS];
	size_t longest = 200 + strlen(event) * 4;

	for (int i = 0; i < PAIRS; i++) {
		v[i] = fuzz_string(&in, 0);
		size_t len = strlen(v[i]);
		longest += 12 + 4 * (len < VALUE_MAX ? len : VALUE_MAX);
	}
	fuzz_log_lines();
	log_name("fuzz");
	log_event(event, key[0], v[0], key[1], v[1], key[2], v[2], key[3], v[3], key[4], v[4],
		  key[5], v[5], key[6], v[6], key[7], v[7], key[8], v[8], key[9], v[9], NULL);
	CLAIM(fuzz_log_lines() == 1 && fuzz_log_len <= 4096);
	if (longest < 4096)
		check_line(event, v, key);
	/* Whether the line is cut or not, quotes come in pairs, so that no value runs
	 * into the next. */
	unsigned quotes = 0;
	for (size_t i = 0; i < fuzz_log_len; i++)
		quotes += fuzz_log_line[i] == '"';
	CLAIM(quotes % 2 == 0);
	for (int i = 0; i < PAIRS; i++)
		free(v[i]);
	free(event);
	return 0;
}
