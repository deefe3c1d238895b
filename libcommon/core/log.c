#include "core/log.h"
#include "core/number.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { VALUE_MAX_BYTES = 256, LINE_MAX_BYTES = 4096, TAIL_BYTES = 2, LOG_WAIT_MS = 100 };

/* A line on its way. What does not fit is cut; the last bytes stay free for a quote and a
 * newline. */
struct line {
	char at[LINE_MAX_BYTES];
	size_t len;
};

/* Set once, before the first request. */
static const char *program = "ssa";

static void put(struct line *l, const char *s)
{
	for (; *s && l->len < sizeof l->at - TAIL_BYTES; s++)
		l->at[l->len++] = *s;
}

static void put_escaped(struct line *l, const char *s)
{
	static const char hex[] = NUMBER_HEX_DIGITS;

	for (size_t n = 0; *s && n < VALUE_MAX_BYTES && l->len < sizeof l->at - TAIL_BYTES;
	     s++, n++) {
		unsigned char c = (unsigned char)*s;
		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
			l->at[l->len++] = *s;
		else
			put(l, (char[]){'\\', 'x', hex[c >> 4], hex[c & 15], '\0'});
	}
}

static void put_number(struct line *l, long number, int digits)
{
	char text[24] = "";
	int i = (int)sizeof text - 1;

	for (; i > 0 && (digits-- > 0 || number > 0); number /= 10)
		text[--i] = (char)('0' + number % 10);
	put(l, text + i);
}

/* gmtime_r is not async-signal-safe. Here a year begins in March, so that the leap day is its last
 * one. An era is 400 years, or 146,097 days. */
static void put_time(struct line *l)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	long days = (long)(now.tv_sec / 86400) + 719468, second = (long)(now.tv_sec % 86400);
	long era = days / 146097, day_of_era = days % 146097;
	long year =
	    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	long day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
	long month = (5 * day_of_year + 2) / 153;

	put_number(l, year + era * 400 + (month >= 10), 4);
	put(l, "-");
	put_number(l, month < 10 ? month + 3 : month - 9, 2);
	put(l, "-");
	put_number(l, day_of_year - (153 * month + 2) / 5 + 1, 2);
	put(l, "T");
	put_number(l, second / 3600, 2);
	put(l, ":");
	put_number(l, second / 60 % 60, 2);
	put(l, ":");
	put_number(l, second % 60, 2);
	put(l, "Z");
}

/* Tells whether stderr takes a line soon. */
static bool takes_more(void)
{
	struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
	int ready;

	do
		ready = poll(&out, 1, LOG_WAIT_MS);
	while (ready < 0 && errno == EINTR);
	return ready != 0;
}

void log_name(const char *name)
{
	program = name;
}

void log_event(const char *event, ...)
{
	struct line l;
	const char *key, *separator = "; ";
	va_list pairs;

	l.len = 0;
	put_time(&l);
	put(&l, " ssa-");
	put(&l, program);
	put(&l, "[");
	put_number(&l, getpid(), 1);
	put(&l, "]: ");
	put_escaped(&l, event);

	va_start(pairs, event);
	while ((key = va_arg(pairs, const char *)) != NULL) {
		const char *value = va_arg(pairs, const char *);
		if (value == NULL || *value == '\0')
			continue;
		/* A pair is written whole or not at all, but its value may be cut. */
		if (l.len + strlen(separator) + strlen(key) + 2 > sizeof l.at - TAIL_BYTES)
			break;
		bool bare = strcmp(key, "rhost") == 0 && strchr(value, ' ') == NULL;
		put(&l, separator);
		put(&l, key);
		put(&l, bare ? "=" : "=\"");
		put_escaped(&l, value);
		if (!bare)
			l.at[l.len++] = '"';
		separator = " ";
	}
	va_end(pairs);
	l.at[l.len++] = '\n';

	/* A full disk, a closed stderr, or a stderr that nobody reads must not stop the service. */
	if (takes_more()) {
		ssize_t ignored = write(STDERR_FILENO, l.at, l.len);
		(void)ignored;
	}
}
