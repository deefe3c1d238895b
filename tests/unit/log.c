/* log: lines that cannot be forged. */
#include "core/log.h"
#include "check.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* The clock that the module reads. */
static time_t now = 1769851800; /* 2026-01-31T09:30:00Z */

int clock_gettime(clockid_t clock, struct timespec *out)
{
	(void)clock;
	*out = (struct timespec){.tv_sec = now};
	return 0;
}

static int from;

static void catch_lines(void)
{
	int ends[2];

	if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0 ||
	    fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		exit(EXIT_FAILURE);
	close(ends[1]);
	from = ends[0];
}

/* Returns what was logged since the last call. */
static const char *logged(void)
{
	static char text[65536];
	ssize_t n = read(from, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* Returns the same without time, program and process. */
static const char *event(void)
{
	const char *text = logged(), *colon = strstr(text, "]: ");

	return colon ? colon + 3 : text;
}

TEST(begin)
{
	catch_lines();
}

TEST(form)
{
	char want[200];

	log_event("started", NULL);
	snprintf(want, sizeof want, "2026-01-31T09:30:00Z ssa-ssa[%ld]: started\n", (long)getpid());
	CHECK_TEXT(logged(), want, NULL);
	log_name("ticket");
	log_event("authentication failure", "rhost", "192.0.2.1", "user", "user1", "reason",
		  "wrong password", NULL);
	snprintf(want, sizeof want,
		 "2026-01-31T09:30:00Z ssa-ticket[%ld]: authentication failure; rhost=192.0.2.1 "
		 "user=\"user1\" reason=\"wrong password\"\n",
		 (long)getpid());
	CHECK_TEXT(logged(), want, NULL);
}

/* The log of this value of a field. */
static void check_event(const char *field, const char *value, const char *want)
{
	log_event("e", field, value, NULL);
	CHECK_TEXT(event(), want, value);
}

TEST(values)
{
	log_event("e", "a", NULL, "b", "", "c", "1", NULL);
	CHECK_TEXT(event(), "e; c=\"1\"\n", NULL);
	log_event("e", "user", "x", "rhost", "::1", NULL);
	CHECK_TEXT(event(), "e; user=\"x\" rhost=::1\n", NULL);
	check_event("a", NULL, "e\n");
	/* An address comes from the front-end server, but it also cannot forge a field. */
	check_event("rhost", "1.2.3.4 user=\"root\"", "e; rhost=\"1.2.3.4 user=\\x22root\\x22\"\n");
	check_event("rhost", "1.2.3.4\nx", "e; rhost=1.2.3.4\\x0ax\n");
	check_event("user", "x\"\n2026-01-31T09:30:00Z ssa-ticket[1]: login; user=\"root",
		    "e; user=\"x\\x22\\x0a2026-01-31T09:30:00Z ssa-ticket[1]: login; "
		    "user=\\x22root\"\n");
	check_event("user", "%s%n%999999d", "e; user=\"%s%n%999999d\"\n");
	log_event("two\nlines \"q\" %s%n", NULL);
	CHECK_TEXT(event(), "two\\x0alines \\x22q\\x22 %s%n\n", NULL);
}

/* Each byte alone: printable ASCII is unchanged. All other bytes, the quote and the
 * backslash become \xNN. */
TEST(every_byte)
{
	for (int c = 1; c < 256; c++) {
		char value[2] = {(char)c, '\0'}, want[32];
		snprintf(want, sizeof want,
			 c >= 0x20 && c < 0x7f && c != '"' && c != '\\' ? "e; v=\"%c\"\n"
									: "e; v=\"\\x%02x\"\n",
			 c);
		check_event("v", value, want);
	}
}

TEST(cut)
{
	static const size_t lengths[] = {1, 255, 256, 257, 300, 5000};
	static const char fills[] = {'a', '\n', '"'};
	char value[5001], want[2000];

	EACH(length, lengths)
		EACH(fill, fills) {
			memset(value, *fill, *length);
			value[*length] = '\0';
			int len = sprintf(want, "e; v=\"");
			for (size_t n = 0; n < *length && n < 256; n++)
				len += sprintf(want + len, *fill == 'a' ? "a" : "\\x%02x", *fill);
			sprintf(want + len, "\" w=\"1\"\n");
			log_event("e", "v", value, "w", "1", NULL);
			CHECK_TEXT(event(), want, NULL);
		}

	/* More text than a line can have: it is still one line, and its quotes are closed. */
	memset(value, '\n', 300);
	value[300] = '\0';
	log_event("e", "a", value, "b", value, "c", value, "d", value, "e", value, "f", value,
		  NULL);
	const char *line = logged();
	size_t len = strlen(line);
	CHECK(len > 3000 && len <= 4096 && strchr(line, '\n') == line + len - 1 &&
	      line[len - 2] == '"');
}

/* Each day from 1970 to 2400, at each second of the day in turn, is compared with the calendar of
 * the C library. */
TEST(dates)
{
	char want[40];
	struct tm tm;

	for (time_t day = 0; day < 430 * 366; day++) {
		now = day * 86400 + day % 86400;
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ ", gmtime_r(&now, &tm));
		log_event("e", NULL);
		const char *line = logged();
		if (strncmp(line, want, strlen(want)) != 0)
			CHECK_ROW(strncmp(line, want, strlen(want)) == 0, want);
	}
}

/* No process reads the log: the service continues. */
TEST(closed)
{
	close(STDERR_FILENO);
	log_event("e", "v", "x", NULL);
	CHECK(true);
}
