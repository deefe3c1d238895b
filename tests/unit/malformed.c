/* malformed: what is said of a file that is no array of records. */
#include "data/malformed.h"
#include "check.h"

#include <string.h>

#define ROW(text, words)                                                                           \
	{                                                                                          \
		text, sizeof(text) - 1, words                                                      \
	}

TEST(words)
{
	static const struct {
		const char *text;
		size_t len;
		const char *words;
	} rows[] = {
	    ROW("", "empty: "),
	    ROW(" \n\t", "empty: "),
	    ROW("\xef\xbb\xbf", "empty: "),
	    ROW("\xff\xfe[\0]\0", "UTF-16, "),
	    ROW("\xfe\xff\0[\0]", "UTF-16, "),
	    ROW("[\0]\0", "UTF-16, "),
	    ROW("\0[\0]", "UTF-16, "),
	    ROW("\x1f\x8b\x08", "compressed by gzip"),
	    ROW("null", "null, "),
	    ROW("\xef\xbb\xbf null\n", "null, "),
	    ROW("7", "a single value, "),
	    ROW("\"[]\"", "a single value, "),
	    ROW("{\"id\":1,\"tags\":[1]}", "one record, "),
	    ROW("{\"\\u0069d\":1}", "one record, "),
	    ROW("{\"machines\":[{\"id\":1}]}", "`jq .machines` writes it"),
	    ROW("{\"total\":2,\"data\":[]}", "`jq .data` writes it"),
	    ROW("{\"results\":[{\"id\":1}]}", "as `jq .results` writes it"),
	    ROW("{\"a b\":[]}", "an object with an array"),
	    ROW("{\"100\":{\"cpus\":1}}", "an object, not an array"),
	    ROW("{\"id\":1}\n{\"id\":2}\n", "one object after another (NDJSON)"),
	    ROW("{\"id\":1} {", "one object after another (NDJSON)"),
	    ROW("// all\n[]", "not JSON at line 1, column 1: JSON has no comments"),
	    ROW("[\n /* all */ ]", "not JSON at line 2, column 2: JSON has no comments"),
	    ROW("# all\n[]", "not JSON at line 1, column 1: JSON has no comments"),
	    ROW("[] // end", "not JSON at line 1, column 4: JSON has no comments"),
	    ROW("[{\"id\":1},\n]", "not JSON at line 2, column 1: a comma with nothing after it"),
	    ROW("[{\"id\":1,}]", "a comma with nothing after it"),
	    ROW("[{\"id\":", "the text ends too early"),
	    ROW("[{\"n\":\"caf\xe9\"}]", "a byte that is not UTF-8"),
	    ROW("[{'id':1}]", "JSON has double quotes"),
	    ROW("[{\u201cid\u201d:1}]", "column 3: a character that may only be in a string"),
	    ROW("[1,\u00a02]", "column 4: a character that may only be in a string"),
	    ROW("[\"\xe9\"]", "a byte that is not UTF-8"),
	    ROW("[]]", "not JSON at line 1, column 3"),
	    ROW("[1/2]", "not JSON at line 1, column 3"),
	};
	char why[MALFORMED_WHY_SIZE];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		malformed_tell(rows[i].text, rows[i].len, "id", why);
		CHECK_ROW(strstr(why, rows[i].words) != NULL, why);
	}
	malformed_tell("[]]", 3, "id", why);
	CHECK_ROW(strcmp(why, "not JSON at line 1, column 3") == 0, why);
}
