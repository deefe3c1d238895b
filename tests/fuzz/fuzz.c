#include "fuzz.h"

struct reader {
	const uint8_t *at, *end;
	unsigned depth_left;
	bool odd;
};

static bool value(struct reader *r);

static bool eat(struct reader *r, const char *any_of)
{
	if (r->at == r->end || *r->at == 0 || strchr(any_of, *r->at) == NULL)
		return false;
	r->at++;
	return true;
}

static void space(struct reader *r)
{
	while (eat(r, " \t\r\n"))
		;
}

static bool digits(struct reader *r)
{
	bool any = false;

	while (eat(r, "0123456789"))
		any = true;
	return any;
}

static bool number(struct reader *r)
{
	eat(r, "-");
	if (!eat(r, "0") && !digits(r))
		return false;
	if (eat(r, ".") && !digits(r))
		return false;
	if (eat(r, "eE")) {
		eat(r, "+-");
		return digits(r);
	}
	return true;
}

/* The next code point, or -1. A sequence of any length is decoded first and then checked
 * against the rules. */
static long code_point(struct reader *r)
{
	static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t c = *r->at++;
	int len = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
	long point = len == 1 ? c : c & (0x7F >> len);

	if (len == 0)
		return -1;
	for (int i = 1; i < len; i++) {
		if (r->at == r->end || *r->at >> 6 != 2)
			return -1;
		point = point << 6 | (*r->at++ & 0x3F);
	}
	return point < least[len] || point > 0x10FFFF || point >> 11 == 0xD800 >> 11 ? -1 : point;
}

static bool string(struct reader *r)
{
	long high = 0; /* half a surrogate pair that waits for its other half */

	if (!eat(r, "\""))
		return false;
	while (r->at < r->end) {
		bool escaped = *r->at == '\\';
		long point = code_point(r), unit = -1;
		if (point < 0x20)
			return false;
		if (!escaped && point == '"') {
			r->odd |= high != 0;
			return true;
		}
		if (escaped && eat(r, "u")) {
			char hex[5] = "";
			for (int i = 0; i < 4; i++) {
				if (!eat(r, "0123456789abcdefABCDEF"))
					return false;
				hex[i] = (char)r->at[-1];
			}
			unit = strtol(hex, NULL, 16);
			r->odd |= unit == 0;
		} else if (escaped && !eat(r, "\"\\/bfnrt")) {
			return false;
		}
		bool low = unit >= 0xDC00 && unit <= 0xDFFF;
		r->odd |= low != (high != 0);
		high = unit >= 0xD800 && unit <= 0xDBFF ? unit : 0;
	}
	return false;
}

static bool word(struct reader *r, const char *w)
{
	size_t len = strlen(w);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, w, len) != 0)
		return false;
	r->at += len;
	return true;
}

static bool container(struct reader *r, bool object)
{
	const char *end = object ? "}" : "]";

	if (r->depth_left-- == 0)
		return false;
	r->at++;
	space(r);
	if (!eat(r, end))
		for (;;) {
			space(r);
			if (object) {
				if (!string(r))
					return false;
				space(r);
				if (!eat(r, ":"))
					return false;
			}
			if (!value(r))
				return false;
			if (eat(r, end))
				break;
			if (!eat(r, ","))
				return false;
		}
	r->depth_left++;
	return true;
}

static bool value(struct reader *r)
{
	bool good;

	space(r);
	switch (r->at < r->end ? *r->at : 0) {
	case '{':
	case '[':
		good = container(r, *r->at == '{');
		break;
	case '"':
		good = string(r);
		break;
	default:
		good = word(r, "true") || word(r, "false") || word(r, "null") || number(r);
		break;
	}
	space(r);
	return good;
}

bool fuzz_is_json(const char *text, size_t len, unsigned max_depth, bool *odd)
{
	struct reader r = {(const uint8_t *)text, (const uint8_t *)text + len, max_depth, false};
	bool good = value(&r) && r.at == r.end;

	*odd = r.odd;
	return good;
}

bool fuzz_is_text(const char *text, size_t len)
{
	struct reader r = {(const uint8_t *)text, (const uint8_t *)text + len, 0, false};

	while (r.at < r.end)
		if (code_point(&r) <= 0)
			return false;
	return true;
}

uint8_t fuzz_byte(struct bytes *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

char *fuzz_string(struct bytes *in, uint8_t end)
{
	const uint8_t *stop = in->left ? memchr(in->at, end, in->left) : NULL;
	size_t len = stop ? (size_t)(stop - in->at) : in->left;
	char *s = malloc(len + 1);

	CLAIM(s != NULL);
	if (len > 0)
		memcpy(s, in->at, len);
	s[len] = '\0';
	in->at += len + (stop != NULL);
	in->left -= len + (stop != NULL);
	return s;
}

char fuzz_log_line[8192];
size_t fuzz_log_len;
static unsigned lines;

unsigned fuzz_log_lines(void)
{
	unsigned n = lines;

	lines = 0;
	return n;
}

/* A line of the log begins with its date. Everything else that goes to stderr comes
 * from the fuzzer. */
static bool is_log_line(int fd, const char *at, size_t len)
{
	return fd == 2 && len > 20 && at[4] == '-' && at[10] == 'T' && at[19] == 'Z';
}

ssize_t __real_write(int fd, const void *at, size_t len);
ssize_t __wrap_write(int fd, const void *at, size_t len);
ssize_t __wrap_write(int fd, const void *at, size_t len)
{
	if (!is_log_line(fd, at, len))
		return __real_write(fd, at, len);
	CLAIM(len < sizeof fuzz_log_line);
	memcpy(fuzz_log_line, at, len);
	fuzz_log_line[fuzz_log_len = len] = '\0';
	for (size_t i = 0; i < len - 1; i++)
		CLAIM(fuzz_log_line[i] >= 0x20 && fuzz_log_line[i] < 0x7F);
	CLAIM(fuzz_log_line[len - 1] == '\n');
	lines++;
	return (ssize_t)len;
}
