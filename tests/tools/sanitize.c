/* For SANITIZE= builds alone: what the sanitizers should know. A CGI program leaves its memory to the kernel, which is
 * faster; a worker and the unit tests must give all of it back. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int __lsan_is_turned_off(void);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/* Tests throw logs away: a report is a file of its own, for check.sh to find. */
const char *__asan_default_options(void)
{
	return "log_path=" SANITIZE_REPORT;
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:log_path=" SANITIZE_REPORT;
}

/* A worker's fd 0 is its listening socket, or was closed when it was told to stop. */
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
