/* log: lines that cannot be forged. */
#include "core/log.h"
#include "check.h"

#include <fcntl.h>
#include <string.h>
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

static void test_form(void)
{
	char want[200];

	log_event("started", NULL);
	snprintf(want, sizeof want, "2026-01-31T09:30:00Z ssa-ssa[%ld]: started\n", (long)getpid());
	CHECK(strcmp(logged(), want) == 0);
	log_name("ticket");
	log_event("authentication failure", "rhost", "192.0.2.1", "user", "user1", "reason",
		  "wrong password", NULL);
	snprintf(want, sizeof want,
		 "2026-01-31T09:30:00Z ssa-ticket[%ld]: authentication failure; rhost=192.0.2.1 "
		 "user=\"user1\" "
		 "reason=\"wrong password\"\n",
		 (long)getpid());
	CHECK(strcmp(logged(), want) == 0);
}

static void test_values(void)
{
	log_event("e", "a", NULL, "b", "", "c", "1", NULL);
	CHECK(strcmp(event(), "e; c=\"1\"\n") == 0);
	log_event("e", "a", NULL, NULL);
	CHECK(strcmp(event(), "e\n") == 0);
	log_event("e", "user", "x", "rhost", "::1", NULL);
	CHECK(strcmp(event(), "e; user=\"x\" rhost=::1\n") == 0);
	/* An address comes from the front-end server, but it also cannot forge a field. */
	log_event("e", "rhost", "1.2.3.4 user=\"root\"", NULL);
	CHECK(strcmp(event(), "e; rhost=\"1.2.3.4 user=\\x22root\\x22\"\n") == 0);
	log_event("e", "rhost", "1.2.3.4\nx", NULL);
	CHECK(strcmp(event(), "e; rhost=1.2.3.4\\x0ax\n") == 0);
	log_event("e", "user", "x\"\n2026-01-31T09:30:00Z ssa-ticket[1]: login; user=\"root", NULL);
	CHECK(strcmp(event(), "e; user=\"x\\x22\\x0a2026-01-31T09:30:00Z ssa-ticket[1]: login; "
			      "user=\\x22root\"\n") == 0);
	log_event("two\nlines \"q\"", NULL);
	CHECK(strcmp(event(), "two\\x0alines \\x22q\\x22\n") == 0);
	log_event("%s%n%d", "user", "%s%n%999999d", NULL);
	CHECK(strcmp(event(), "%s%n%d; user=\"%s%n%999999d\"\n") == 0);
}

/* Each byte alone: printable ASCII is unchanged. All other bytes, the quote and the
 * backslash become \xNN. */
static void test_every_byte(void)
{
	for (int c = 1; c < 256; c++) {
		char value[2] = {(char)c, '\0'}, want[32];
		log_event("e", "v", value, NULL);
		snprintf(want, sizeof want,
			 c >= 0x20 && c < 0x7f && c != '"' && c != '\\' ? "e; v=\"%c\"\n"
									: "e; v=\"\\x%02x\"\n",
			 c);
		CHECK_ROW(strcmp(event(), want) == 0, want);
	}
}

static void test_cut(void)
{
	static const size_t lengths[] = {1, 255, 256, 257, 300, 5000};
	static const char fills[] = {'a', '\n', '"'};
	char value[5001], want[2000];

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		for (size_t k = 0; k < sizeof fills; k++) {
			memset(value, fills[k], lengths[i]);
			value[lengths[i]] = '\0';
			size_t kept = lengths[i] < 256 ? lengths[i] : 256;
			int len = sprintf(want, "e; v=\"");
			for (size_t n = 0; n < kept; n++)
				len += sprintf(want + len, fills[k] == 'a' ? "a" : "\\x%02x",
					       fills[k]);
			sprintf(want + len, "\" w=\"1\"\n");
			log_event("e", "v", value, "w", "1", NULL);
			CHECK(strcmp(event(), want) == 0);
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

/* Each day from 1970 to 2400, and each hour of some days, is compared with the calendar of
 * the C library. */
static void test_dates(void)
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
	static const time_t rows[] = {
	    0,          59,         60,         3599,       3600,       86399,      86400,
	    951782399,  951782400,  951868800,  1709164800, 1709251199, 1709251200, 4107542399,
	    4107542400, 4107628800, 2147483647, 2147483648, 4294967296, 1767225599, 1767225600};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		now = rows[i];
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ ", gmtime_r(&now, &tm));
		log_event("e", NULL);
		CHECK_ROW(strncmp(logged(), want, strlen(want)) == 0, want);
	}
}

/* No process reads the log: the service continues. */
static void test_closed(void)
{
	close(STDERR_FILENO);
	log_event("e", "v", "x", NULL);
	CHECK(true);
}

int main(void)
{
	catch_lines();
	test_form();
	test_values();
	test_every_byte();
	test_cut();
	test_dates();
	test_closed();
	return check_done();
}
