/* The JSON reader: scan.c, json.c and the writer text_json. */
#include "core/json.h"
#include "core/text.h"
#include "fuzz.h"

#include <errno.h>

#include <cjson/cJSON.h>

enum { NUMBER_MAX = 63 /* cJSON cuts longer ones */ };

/* Everything below a value must be inside it, in order, and JSON by itself. */
static void check_value(struct scan *s, unsigned level, bool *long_number)
{
	char first = scan_peek(s);
	const char *begin = s->at;
	struct scan whole;
	struct span name = {NULL, 0}, value;
	bool odd;

	/* When the value is stepped over at once, it must end where stepping through it ends. */
	scan_begin(&whole, begin, (size_t)(s->end - begin), SCAN_DEPTH_MAX - 1);
	CLAIM(scan_value(&whole, &value));
	CLAIM(value.at == begin && value.at + value.len == whole.at && value.len > 0);
	if (level < 3) { /* this is quadratic, so it is limited to the upper levels */
		CLAIM(fuzz_is_json(value.at, value.len, SCAN_DEPTH_MAX, &odd));
		if (first == '"' || first == '{' || first == '[')
			CLAIM(!fuzz_is_json(value.at, value.len - 1, SCAN_DEPTH_MAX, &odd));
	}
	if (first == '{' || first == '[') {
		CLAIM(scan_enter(s, first));
		while (scan_next(s, &name)) {
			if (first == '{')
				CLAIM(name.at > begin && name.at[-1] == '"' &&
				      name.at[name.len] == '"');
			check_value(s, level + 1, long_number);
		}
	} else {
		CLAIM(scan_value(s, NULL));
		*long_number |=
		    (first == '-' || (first >= '0' && first <= '9')) && value.len > NUMBER_MAX;
	}
	CLAIM(!s->failed && s->at == value.at + value.len);
}

static void check_string(struct span value)
{
	struct span written = {value.at + 1, value.len - 2}, again;
	char *decoded = malloc(value.len), *back = malloc(value.len);
	struct text text = {0};
	struct scan s;

	CLAIM(decoded != NULL && back != NULL);
	/* Decoded, it is never longer, so it fits. It also fits exactly. */
	CLAIM(json_decode(value, decoded, value.len - 1) == JSON_DECODED);
	size_t len = strlen(decoded);
	CLAIM(fuzz_is_text(decoded, len));
	CLAIM(json_decode(value, back, len + 1) == JSON_DECODED &&
	      json_decode(value, back, len) == JSON_TOO_LONG);
	CLAIM(json_equals(written, decoded, len));
	CLAIM(len == 0 || !json_equals(written, decoded, len - 1));
	decoded[len] = 'x';
	CLAIM(!json_equals(written, decoded, len + 1));
	decoded[len] = '\0';

	text_json(&text, decoded);
	CLAIM(!text.failed);
	scan_begin(&s, text.at, text.len, 1);
	CLAIM(scan_value(&s, &again) && scan_finish(&s) && !s.unrepresentable);
	CLAIM(again.at == text.at && again.len == text.len);
	char *round = malloc(text.len);
	CLAIM(round != NULL && json_decode(again, round, text.len) == JSON_DECODED &&
	      strcmp(round, decoded) == 0);
	free(round);
	text_free(&text);
	free(back);
	free(decoded);
}

static void check_number(struct span value)
{
	char text[32], *end;
	long long got = 0, want;
	bool integer = json_integer(value, &got);

	if (value.len >= sizeof text)
		CLAIM(!integer);
	if (value.len >= sizeof text)
		return;
	memcpy(text, value.at, value.len);
	text[value.len] = '\0';
	errno = 0;
	want = strtoll(text, &end, 10);
	/* Digits alone have exactly their value, or are refused. Everything else is refused. */
	CLAIM(!integer || (*end == '\0' && errno == 0 && got == want));
	CLAIM(integer || *end != '\0' || want > 1LL << 53 || want < -(1LL << 53));

	struct text out = {0};
	text_number(&out, want);
	CLAIM(out.len < sizeof text);
	memcpy(text, out.at, out.len);
	text[out.len] = '\0';
	CLAIM(strtoll(text, &end, 10) == want && *end == '\0');
	text_clear(&out, 0);
	CLAIM(out.at == NULL && out.len == 0);
}

static void check_fields(const char *text, size_t len, bool json, bool odd)
{
	struct json_field f[] = {JSON_FIELD("username", JSON_STRING),
				 JSON_FIELD("password", JSON_STRING), JSON_FIELD("n", JSON_NUMBER),
				 JSON_FIELD("list", JSON_ARRAY), JSON_FIELD("yes", JSON_BOOL)};
	enum json_read read = json_read(text, len, f, 5);

	CLAIM((read == JSON_INVALID) == (!json || odd));
	if (read == JSON_INVALID)
		return;
	cJSON *tree = cJSON_ParseWithLength(text, len);
	CLAIM(tree == NULL || (read == JSON_FINE) == cJSON_IsObject(tree));
	for (int i = 0; read == JSON_FINE && i < 5; i++) {
		const cJSON *item = NULL, *other;
		unsigned times = 0;
		cJSON_ArrayForEach(other, tree) if (strcmp(other->string, f[i].name) == 0)
		{
			item = other;
			times++;
		}
		if (tree != NULL)
			CLAIM(times == 0 ? f[i].state == JSON_ABSENT
			      : times > 1
				  ? f[i].state == JSON_TWICE
				  : f[i].state == JSON_PRESENT || f[i].state == JSON_WRONG_TYPE);
		if (f[i].state != JSON_PRESENT)
			continue;
		CLAIM(f[i].value.at >= text && f[i].value.at + f[i].value.len <= text + len);
		if (item != NULL)
			CLAIM(i < 2    ? cJSON_IsString(item)
			      : i == 2 ? cJSON_IsNumber(item)
			      : i == 3 ? cJSON_IsArray(item)
				       : cJSON_IsBool(item));
		if (i < 2)
			check_string(f[i].value);
		if (i == 2)
			check_number(f[i].value);
	}
	cJSON_Delete(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of exactly this size, so that a read beyond its end is detected. */
	char *text = malloc(size ? size : 1);
	struct scan s;
	struct span value;
	bool odd, deep_odd, long_number = false;

	CLAIM(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	size_t mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* it is skipped */
	bool json = fuzz_is_json(text + mark, size - mark, JSON_DEPTH_MAX, &odd);
	check_fields(text, size, json, odd);

	bool deep = fuzz_is_json(text, size, SCAN_DEPTH_MAX - 1, &deep_odd);
	scan_begin(&s, text, size, SCAN_DEPTH_MAX - 1);
	bool scanned = scan_value(&s, &value) && scan_finish(&s);
	CLAIM(scanned == deep);
	CLAIM(s.at >= text && s.at <= text + size);
	if (scanned) {
		CLAIM(s.unrepresentable == deep_odd);
		scan_begin(&s, text, size, SCAN_DEPTH_MAX - 1);
		check_value(&s, 0, &long_number);
		CLAIM(scan_finish(&s));
		cJSON *tree = cJSON_ParseWithLength(text, size);
		CLAIM(tree != NULL || deep_odd || long_number);
		cJSON_Delete(tree);
		if (*value.at == '"' && !deep_odd)
			check_string(value);
		else if (*value.at == '-' || (*value.at >= '0' && *value.at <= '9'))
			check_number(value);
	}
	free(text);
	return 0;
}
