/* Only for SANITIZE= builds: options of the sanitizers. A CGI program leaves its memory to the
 * kernel, which is faster. A worker and the unit tests must free all of it. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int __lsan_is_turned_off(void);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* The tests delete their logs, so each report goes to a file of its own, which check.sh finds. */
const char *__asan_default_options(void)
{
	return "log_path=" SANITIZE_REPORT;
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:log_path=" SANITIZE_REPORT;
}

/* A worker's fd 0 is its listening socket. It is closed when the worker has been told to stop. */
int __lsan_is_turned_off(void)
{
	const char *name = program_invocation_short_name;
	int listening = 0;
	socklen_t len = sizeof listening;

	if (strcmp(name, "status") != 0 && strcmp(name, "ticket") != 0 && strcmp(name, "info") != 0)
		return 0;
	return getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 ? !listening
									       : errno != EBADF;
}
